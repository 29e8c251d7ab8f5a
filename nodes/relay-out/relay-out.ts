/** `bms-relay-out`: holds a relay closed while it is permitted, and opens it when it is not, or not told so in time. */
import {
  connectRelay,
  host,
  relayAdmin,
  safeInput,
  statusLine,
  textsOf,
  type BusNode,
  type NodeConfig,
  type Red,
  type RedNode,
  type RelayNode,
} from '../../src/index.ts';

export function register(RED: Red): void {
  const translate = textsOf(RED);
  relayAdmin(RED, { host, translate, packsOf: (id) => RED.nodes.getNode<RelayNode>(id)?.packs ?? [] });

  function BmsRelayOut(this: RedNode, config: NodeConfig): void {
    RED.nodes.createNode(this, config);
    const bus = RED.nodes.getNode<BusNode>(config['bus']);
    const view = connectRelay({
      node: this,
      config,
      bus: bus?.spec ?? null,
      host,
      userDir: RED.settings.userDir ?? '.',
      translate,
      status: statusLine(this, host.clock),
    });
    (this as RelayNode).packs = view.packs;
    this.on(
      'input',
      safeInput((message, done) => view.input(message, done), translate),
    );
    this.on('close', (removed, done) => {
      view.close(removed);
      done();
    });
  }

  RED.nodes.registerType('bms-relay-out', BmsRelayOut, { credentials: { password: { type: 'password' } } });
}
