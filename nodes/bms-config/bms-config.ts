/** `bms-config`: a battery pack. Checks the settings as a whole and keeps the pack running across redeploys. */
import {
  host,
  packSetup,
  textsOf,
  type BusSpec,
  type NodeConfig,
  type PackRuntime,
  type Red,
  type RedNode,
} from '../../src/index.ts';

export interface PackNode extends RedNode {
  /** The running pack; `null` while its settings are refused. */
  pack: PackRuntime | null;
  /** Why there is no pack: one sentence a problem. */
  problems: readonly string[];
  /** The name as set, also while the settings are refused. */
  packName: string;
}

export function register(RED: Red): void {
  const translate = textsOf(RED);

  function BmsConfig(this: RedNode, config: NodeConfig): void {
    RED.nodes.createNode(this, config);
    const node = this as PackNode;
    const bus = RED.nodes.getNode(config['bus']) as { spec?: BusSpec | null } | null | undefined;
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
