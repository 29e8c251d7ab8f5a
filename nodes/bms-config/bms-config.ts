/** `bms-config`: a battery pack. Checks the settings as a whole and keeps the pack running across redeploys. */
import {
  host,
  packSetup,
  textsOf,
  type BusNode,
  type NodeConfig,
  type PackNode,
  type Red,
  type RedNode,
} from '../../src/index.ts';

export function register(RED: Red): void {
  const translate = textsOf(RED);

  function BmsConfig(this: RedNode, config: NodeConfig): void {
    RED.nodes.createNode(this, config);
    const node = this as PackNode;
    const bus = RED.nodes.getNode<BusNode>(config['bus']);
    const setup = packSetup({
      id: this.id,
      config,
      bus: bus?.spec ?? null,
      userDir: RED.settings.userDir ?? '.',
      host,
      translate,
      report: (problem) => {
        if (problem === null) this.log(translate('bms-config.store.works'));
        else this.warn(translate('bms-config.store.refused', { problem }));
      },
    });
    node.packName = setup.name;
    node.problems = setup.problems;
    node.pack = setup.pack;
    for (const problem of setup.problems) this.error(problem);
    for (const warning of setup.warnings) this.warn(warning);

    this.on('close', (removed, done) => {
      host.releasePack(this.id, removed);
      done();
    });
  }

  RED.nodes.registerType('bms-config', BmsConfig, { credentials: { pin: { type: 'password' } } });
}
