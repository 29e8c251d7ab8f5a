/**
 * Starts real installations, injects faults, and measures by the relay board's own log what became of the contacts.
 *
 *   npm run faults -- [--only REGEX] [--jobs N] [--quick] [--json] [--sabotage [MECHANISM]] [--list]
 *
 * --only runs the scenarios whose hazard, title or mechanism matches; --quick runs each once, with short healthy times;
 * --json prints JSON Lines to the standard output and everything else to the error output; --sabotage takes one mechanism
 * after the other out of the package and runs what rests on it: there, a scenario that passes is the fault.
 */
import { parseArgs } from 'node:util';
import { packPackage } from '../test/support/packed.ts';
import { missing } from './needs.ts';
import { buildWithout } from './package.ts';
import { type Outcome, runScenario } from './run.ts';
import { MECHANISMS, type Mechanism, type Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { inFull, table, toJson } from './tell.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    sabotage: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});

const quick = options.quick;
const jobs = Math.max(1, Number(options.jobs) || 1);
const only = new RegExp(options.only ?? '', 'i');
const say = (line: string): void => void (options.json ? process.stderr : process.stdout).write(`${line}\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

const chosen = SCENARIOS.filter(({ hazards, title, covers }) =>
  only.test(`${hazards.join(' ')} ${title} ${covers.join(' ')}`),
);

if (chosen.length === 0) {
  say(`--only "${options.only}" matches no scenario; --list shows them.`);
  process.exit(2);
}
if (options.list) {
  for (const { hazards, title, bound, unit, covers } of chosen) {
    say(`${hazards.join(' ')}\t${bound}${unit === 'edges' ? '×' : ' s'}\t${covers.join(', ') || '–'}\t${title}`);
  }
} else {
  // Whatever still listens somewhere must not keep the run alive.
  (options.sabotage ? sabotage(positionals) : promises()).then(
    (code) => process.exit(code),
    (error: unknown) => {
      say(error instanceof Error ? (error.stack ?? error.message) : String(error));
      process.exit(2);
    },
  );
}

interface Installed {
  readonly folder: string;
  readonly cli: string;
}

async function runAll(scenarios: readonly Scenario[], { folder, cli }: Installed, heard: (outcome: Outcome) => void) {
  let waiting: Scenario[] = [];
  const outcomes = new Map<Scenario, Outcome>();
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const lacking = (next.needs ?? []).map((need) => missing(need, folder)).find((why) => why !== null) ?? null;
      const outcome: Outcome =
        lacking === null
          ? await runScenario(next, { folder, cli, quick })
          : {
              scenario: next,
              verdict: 'skipped',
              begun: false,
              measured: [],
              error: 0,
              why: lacking,
              notes: [],
              log: [],
            };
      outcomes.set(next, outcome);
      heard(outcome);
    }
  };
  for (const alone of [false, true]) {
    waiting = scenarios.filter((scenario) => (scenario.alone ?? false) === alone);
    await Promise.all(Array.from({ length: alone ? 1 : jobs }, work));
  }
  return scenarios.map((scenario) => outcomes.get(scenario)).filter((outcome) => outcome !== undefined);
}

/** The promises, kept or not. */
async function promises(): Promise<number> {
  say('Packing…');
  const { folder, cli } = packPackage();
  const outcomes = await runAll(chosen, { folder, cli }, (outcome) => {
    say(inFull(outcome));
    if (options.json) process.stdout.write(`${toJson(outcome)}\n`);
  });
  say(`\n${table(outcomes)}\n`);
  const failed = outcomes.filter(({ verdict }) => verdict === 'fail').length;
  const skipped = outcomes.filter(({ verdict }) => verdict === 'skipped');
  const error = Math.max(0, ...outcomes.map((outcome) => outcome.error));
  say(`Times are the board's own, good to ${(error * 1000).toFixed(1)} ms.`);
  say(
    `${outcomes.length} scenarios: ${outcomes.length - failed - skipped.length} pass, ${failed} fail, ${skipped.length} skipped.`,
  );
  for (const { scenario, why } of skipped) say(`SKIPPED, so nothing is known: ${scenario.title} (${why}).`);
  return failed === 0 ? 0 : 1;
}

/** Each mechanism taken out in turn: whatever rests on it must now fail. */
async function sabotage(names: readonly string[]): Promise<number> {
  const wanted = MECHANISMS.filter((mechanism) => names.length === 0 || names.includes(mechanism));
  if (wanted.length === 0) {
    say(`"${names.join(' ')}" is no mechanism; give one of ${MECHANISMS.join(', ')}.`);
    return 2;
  }
  say('Packing…');
  const { cli } = packPackage();
  let unnoticed = 0;
  for (const mechanism of wanted) unnoticed += await without(mechanism, cli);
  return unnoticed === 0 ? 0 : 1;
}

async function without(mechanism: Mechanism, cli: string): Promise<number> {
  const resting = chosen.filter(({ covers }) => covers.includes(mechanism));
  let folder: string | null;
  try {
    folder = buildWithout(mechanism);
  } catch (error) {
    say(`without the ${mechanism}: NOT TRIED. ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
  if (folder === null) {
    say(`without the ${mechanism}: not tried, nobody has said yet how to take it out.`);
    return 0;
  }
  say(`without the ${mechanism}: ${resting.length} scenarios must fail.`);
  if (resting.length === 0) return 1;
  let unnoticed = 0;
  await runAll(resting, { folder, cli }, (outcome) => {
    // A rig that did not come up has noticed nothing.
    const noticed = outcome.verdict === 'fail' && outcome.begun;
    if (!noticed) unnoticed++;
    say(
      `  ${noticed ? 'noticed    ' : outcome.verdict === 'skipped' ? 'SKIPPED    ' : 'NOT NOTICED'} ${inFull(outcome)}`,
    );
    if (options.json) process.stdout.write(`${toJson(outcome, mechanism)}\n`);
  });
  return unnoticed;
}
