/** `bms-config`: a battery pack. Checks the settings as a whole and keeps the pack running across redeploys. */
import {
  adoptStore,
  host,
  linkAdmin,
  listStores,
  packAdmin,
  packSetup,
  storesRoot,
  textsOf,
  type BusNode,
  type NodeConfig,
  type PackNode,
  type Red,
  type RedNode,
} from '../../src/index.ts';

export function register(RED: Red): void {
  const translate = textsOf(RED);
  const userDir = (): string => RED.settings.userDir ?? '.';
  const states = (): string => storesRoot(userDir());
  packAdmin(RED, {
    clock: host.clock,
    translate,
    stored: () => listStores(states()),
    runs: (id) => host.pack(id) !== undefined,
  });

  linkAdmin(RED, {
    clock: host.clock,
    buses: host.buses,
    translate,
    credentials: (id) => RED.nodes.getCredentials(id) ?? {},
  });

  const known = (): string[] => {
    const ids: string[] = [];
    RED.nodes.eachNode(({ id, type }) => {
      if (type === 'bms-config') ids.push(id);
    });
    return ids;
  };

  function BmsConfig(this: RedNode, config: NodeConfig): void {
    RED.nodes.createNode(this, config);
    host.keepTidy(userDir(), known);
    const node = this as PackNode;
    const specOf = (bus: unknown): BusNode['spec'] => RED.nodes.getNode<BusNode>(bus)?.spec ?? null;
    const setup = packSetup({
      id: this.id,
      config,
      bus: specOf(config['bus']),
      furtherBuses: { second: specOf(config['secondBus']), third: specOf(config['thirdBus']) },
      credentials: this.credentials ?? {},
      userDir: userDir(),
      host,
      translate,
      report: (report) => {
        const text = translate(`bms-config.store.${report.kind}`, { ...report });
        if (report.kind === 'works') this.log(text);
        else this.warn(text);
      },
      adopt: (from, to) => adoptStore(states(), from, to),
    });
    node.packName = setup.name;
    node.problems = setup.problems;
    node.pack = setup.pack;
    if (setup.adopted) this.log(translate('bms-config.store.adopted'));
    for (const problem of setup.problems) this.error(problem);
    for (const warning of setup.warnings) this.warn(warning);

    this.on('close', (removed, done) => {
      // What has changed is written before the process ends; a disk that hangs holds it up for a second at most.
      host.releasePack(this.id, removed, () => done());
    });
  }

  RED.nodes.registerType('bms-config', BmsConfig, {
    credentials: {
      pin: { type: 'password' },
      linkSecret: { type: 'password' },
      secondSecret: { type: 'password' },
      thirdSecret: { type: 'password' },
    },
  });
}
