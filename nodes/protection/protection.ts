/** `bms-protection`: judges the readings of a pack and gives the permissions. */
import {
  connectProtection,
  host,
  pinGuard,
  safeInput,
  statusLine,
  textsOf,
  throttleOf,
  type NodeConfig,
  type PackNode,
  type Red,
  type RedNode,
} from '../../src/index.ts';

export function register(RED: Red): void {
  const translate = textsOf(RED);

  function BmsProtection(this: RedNode, config: NodeConfig): void {
    RED.nodes.createNode(this, config);
    const status = statusLine(this, host.clock);
    const source = RED.nodes.getNode<PackNode>(config['pack']);
    const view = connectProtection({
      node: this,
      status,
      translate,
      clock: host.clock,
      pack: source?.pack ?? null,
      packName: source?.packName ?? '',
      problems: source?.problems ?? [],
      health: host.health,
      guard: pinGuard(source?.credentials?.['pin'], host.clock, throttleOf(host.clock, source?.id ?? this.id)),
    });
    const input = safeInput((message, done) => view.input(message, done), translate);
    this.on('input', input);
    this.on('close', (_removed, done) => {
      view.close();
      done();
    });
  }

  RED.nodes.registerType('bms-protection', BmsProtection);
}
