/** `bms-bus`: names a line. It opens nothing: whoever uses the line opens it, once for all. */
import { parseBus, textsOf, type BusNode, type NodeConfig, type Red, type RedNode } from '../../src/index.ts';

export function register(RED: Red): void {
  const translate = textsOf(RED);

  function BmsBus(this: RedNode, config: NodeConfig): void {
    RED.nodes.createNode(this, config);
    const parsed = parseBus({ ...config, path: config['address'] });
    (this as BusNode).spec = parsed.ok ? parsed.spec : null;
    if (parsed.ok) return;
    const { problem, value } = parsed.problem;
    this.error(translate(`bms-bus.problem.${problem}`, { value }));
  }

  RED.nodes.registerType('bms-bus', BmsBus);
}
