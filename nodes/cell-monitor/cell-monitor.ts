/** `bms-cell-monitor`: sends every reading of a pack, and one message a cell. */
import {
  cellMessages,
  host,
  isWired,
  monitorInput,
  monitorStatus,
  readingMessage,
  safeInput,
  sourceProblem,
  statusLine,
  textsOf,
  type CellMemory,
  type NodeConfig,
  type PackNode,
  type Red,
  type RedNode,
  type StampedReading,
} from '../../src/index.ts';

export function register(RED: Red): void {
  const translate = textsOf(RED);

  function BmsCellMonitor(this: RedNode, config: NodeConfig): void {
    RED.nodes.createNode(this, config);
    const status = statusLine(this, host.clock);
    const source = RED.nodes.getNode<PackNode>(config['pack']);
    const pack = source?.pack ?? null;
    if (pack === null) {
      status.show(
        'red',
        'ring',
        translate(source ? 'bms-cell-monitor.status.settings' : 'bms-cell-monitor.status.no-pack'),
      );
      this.on('input', (_message, _send, done) => done(new Error(translate('bms-cell-monitor.error.no-pack'))));
      return;
    }
    status.show('grey', 'ring', translate('bms-cell-monitor.status.waiting'));

    const told: CellMemory = [];
    let warned: string | null = null;
    let wasKnown = false;
    const tell = (reading: StampedReading): void => {
      const known = reading.cellMin.value !== null && reading.cellMin.whole;
      if (known !== wasKnown || status.due()) {
        const { fill, shape, text } = monitorStatus(reading, translate);
        status.show(fill, shape, text);
        wasKnown = known;
      }
      const problem = sourceProblem(reading);
      if (problem !== null && problem !== warned) this.warn(problem);
      warned = problem;
      this.send([readingMessage(reading, pack.engine), isWired(this, 1) ? cellMessages(reading, told) : null]);
    };
    const stop = pack.onReading(tell);

    const { input, close } = monitorInput({
      pack,
      clock: host.clock,
      shed: (count) => host.health.noteShed(count),
    });
    this.on('input', safeInput(input, translate));
    this.on('close', (_removed, done) => {
      stop();
      close();
      done();
    });
  }

  RED.nodes.registerType('bms-cell-monitor', BmsCellMonitor);
}
