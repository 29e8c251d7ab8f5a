/** `bms-relay-out`: holds a relay closed while it is permitted, and opens it when it is not, or not told so in time. */
import {
  connectRelay,
  host,
  statusLine,
  textsOf,
  type BusNode,
  type NodeConfig,
  type Red,
  type RedNode,
} from '../../src/index.ts';

export function register(RED: Red): void {
  const translate = textsOf(RED);

  function BmsRelayOut(this: RedNode, config: NodeConfig): void {
    RED.nodes.createNode(this, config);
    const bus = RED.nodes.getNode<BusNode>(config['bus']);
    const view = connectRelay({
      node: this,
      config,
      bus: bus?.spec ?? null,
      host,
      translate,
      status: statusLine(this, host.clock),
    });
    this.on('input', (message, _send, done) => view.input(message, done));
    this.on('close', (removed, done) => {
      view.close(removed);
      done();
    });
  }

  RED.nodes.registerType('bms-relay-out', BmsRelayOut);
}
