/** The section of the relay dialog that leads through the commissioning test. */
import { testedSettings, testRecordOf, isProven } from '../../node-red/relay-test-record.ts';
import { relayText } from '../catalogue.ts';
import { byId, field, note, showRow, textOf } from '../form.ts';
import { textIn } from '../pack/answer.ts';
import { readLive, type Live } from './live.ts';
import { nodeOf } from './properties.ts';
import { createTrial, hasPassed, type Trial, type TrialResult } from './trial.ts';

/** Seconds that the contact is kept open, and between two looks at it. */
const OPEN_FOR = 10;
const LOOK = 1;

/** The properties that decide which contact moves, and which way; and whose permission holds it. */
const DECISIVE = ['role', 'pack', 'board', 'bus', 'unit', 'channel', 'address', 'chip', 'line', 'wiring'] as const;

export interface TrialPanel {
  /** Something in the dialog has changed. */
  refresh(): void;
  /** The dialog goes: nothing is asked any more. */
  stop(): void;
}

/** Call it when the form has been filled: what stands in it then is what has been deployed, or will be. */
export function trialPanel(node: EditorNode): TrialPanel {
  const settingsNow = (): string => JSON.stringify(DECISIVE.map((name) => textOf(node, name)));
  const settingsBefore = settingsNow();
  let trial: Trial | null = null;
  let result: TrialResult | null = null;
  let trouble = '';
  let timer: ReturnType<typeof setInterval> | null = null;
  let isAsking = false;
  /** The step that was shown last. */
  let shown = '';

  /** The relay that runs is the one of this dialog. */
  const isDeployed = (): boolean =>
    settingsNow() === settingsBefore &&
    [node.id, textOf(node, 'pack'), textOf(node, 'bus')].every((id) => nodeOf(id)?.['changed'] !== true);

  const ask = (path: 'state' | 'test', more: object, heard: (live: Live | null) => void): void => {
    $.ajax({
      url: `cellwarden/relay/${path}`,
      type: 'POST',
      dataType: 'json',
      contentType: 'application/json',
      data: JSON.stringify({ id: node.id, ...more }),
    })
      .done((answer) => heard(readLive(answer)))
      .fail((request) => {
        isAsking = false;
        trouble = textIn(request.responseJSON, 'error') ?? relayText('admin.unanswered');
        show();
      });
  };

  const look = (): void => {
    if (isAsking || trial === null || trial.phase() === 'done') return;
    isAsking = true;
    const mine = trial;
    const then = mine.phase();
    ask('state', {}, (live) => {
      isAsking = false;
      // An answer that was overtaken by the opening still tells of the closed contact.
      if (mine !== trial || mine.phase() !== then) return;
      trouble = live === null ? relayText('trial.unknown') : '';
      if (live !== null) mine.hear(live);
      show();
    });
  };

  const stop = (): void => {
    if (timer !== null) clearInterval(timer);
    timer = null;
    trial = null;
  };

  const begin = (): void => {
    stop();
    result = null;
    trouble = '';
    trial = createTrial(textOf(node, 'role'), () => performance.now() / 1000);
    timer = setInterval(look, LOOK * 1000);
    look();
    show();
  };

  const open = (): void => {
    const mine = trial;
    if (mine === null || !mine.ready()) return;
    ask('test', { seconds: OPEN_FOR }, (live) => {
      if (mine !== trial) return;
      mine.opened();
      if (live !== null) mine.hear(live);
      show();
    });
  };

  const answer = (yes: boolean): void => {
    if (trial?.phase() !== 'asked') return;
    result = trial.answer(yes);
    const record = {
      at: Date.now(),
      of: testedSettings(propertiesNow()),
      before: trial.before(),
      after: trial.after(),
      disconnected: hasPassed(result),
    };
    const tested = field('node-input', 'tested');
    if (tested !== null) {
      tested.value = JSON.stringify(record);
      $(tested).trigger('change');
    }
    show();
  };

  const propertiesNow = (): Record<string, unknown> =>
    Object.fromEntries([...DECISIVE, 'tested'].map((name) => [name, textOf(node, name)]));

  const show = (): void => {
    if (trial !== null && !isDeployed()) stop();
    const phase = trial?.phase() ?? null;
    const heard = trial?.heard() ?? null;
    const alarm = textOf(node, 'role') === 'pre-alarm';
    // What has just been found out says more.
    note('cellwarden-tested', phase === 'done' ? '' : recordText(propertiesNow()));
    byId('cellwarden-tested')?.classList.toggle('cw-proven', isProven(propertiesNow()));
    note('cellwarden-trial-first', isDeployed() ? '' : relayText('trial.deployFirst'));
    showRow('cellwarden-trial-begin', isDeployed() && trial === null);
    note('cellwarden-trial-ask', phase === 'before' ? relayText(`trial.asks.${asksFor(textOf(node, 'role'))}`) : '');
    note('cellwarden-trial-live', heard === null || phase === 'done' ? '' : liveText(trial, heard, alarm));
    const hint = phase === 'before' && heard !== null ? hintText(heard, alarm) : '';
    note('cellwarden-trial-hint', hint);
    note('cellwarden-trial-problem', trouble);
    showRow('cellwarden-trial-open', trial?.ready() === true);
    note(
      'cellwarden-trial-question',
      phase === 'asked' ? relayText(alarm ? 'trial.alarmQuestion' : 'trial.question') : '',
    );
    showRow('cellwarden-trial-answers', phase === 'asked');
    showResult(phase === 'done' ? result : null, trial);
    showRow('cellwarden-trial-again', phase === 'done');
    // What is asked next may stand below the edge of the dialog.
    const step = phase === null ? '' : `${phase} ${heard?.closed} ${hint}`;
    if (step !== shown && step !== '') byId('cellwarden-trial')?.scrollIntoView({ block: 'nearest' });
    shown = step;
  };

  const press = (id: string, act: () => void): void => byId(id)?.addEventListener('click', act);
  const openButton = byId('cellwarden-trial-open');
  if (openButton !== null) openButton.textContent = relayText('trial.open', { seconds: OPEN_FOR });
  press('cellwarden-trial-begin', begin);
  press('cellwarden-trial-again', begin);
  press('cellwarden-trial-open', open);
  press('cellwarden-trial-yes', () => answer(true));
  press('cellwarden-trial-no', () => answer(false));
  return { refresh: show, stop };
}

function showResult(result: TrialResult | null, trial: Trial | null): void {
  const texts = { before: amperes(trial?.before() ?? null), after: amperes(trial?.after() ?? null) };
  const sentence = result === null ? '' : `${relayText(`trial.result.${result}`, texts)} ${relayText('trial.keep')}`;
  const passed = result !== null && hasPassed(result);
  note('cellwarden-trial-passed', passed ? sentence : '');
  note('cellwarden-trial-failed', passed ? '' : sentence);
}

/** What is to flow before the test. */
function asksFor(role: string): 'alarm' | 'both' | 'charge' | 'load' {
  if (role === 'pre-alarm') return 'alarm';
  if (role === 'contactor') return 'both';
  return role === 'charge' || role === 'alternator' ? 'charge' : 'load';
}

function liveText(trial: Trial | null, { closed, actual, current, cellMax }: Live, alarm: boolean): string {
  const held = relayText(alarm ? 'trial.quiet' : 'trial.closed');
  const position = closed ? held : relayText(alarm ? 'trial.sounds' : 'trial.opens');
  const contact = actual === null ? position : relayText('trial.verified', { contact: position });
  if (trial?.phase() === 'before') {
    const cell =
      cellMax === null ? relayText('trial.notKnown') : relayText('trial.volts', { volts: cellMax.toFixed(3) });
    return relayText('trial.live', { contact, current: flowText(current), cell });
  }
  const currents = { before: flowText(trial?.before() ?? null), after: flowText(trial?.after() ?? null) };
  return trial?.phase() === 'open'
    ? relayText('trial.opened', { contact, ...currents })
    : relayText('trial.was', currents);
}

/** What stands in the way of a test that proves something. */
function hintText({ closed, reason, current }: Live, alarm: boolean): string {
  if (!closed) return relayText('trial.waits', { why: relayText(`status.${reason}`) });
  return !alarm && Math.abs(current ?? 0) < 1 ? relayText('trial.nothingFlows') : '';
}

function flowText(current: number | null): string {
  if (current === null) return relayText('trial.notKnown');
  const size = { amperes: Math.abs(current).toFixed(1) };
  if (size.amperes === '0.0') return relayText('trial.amperes', size);
  return relayText(current < 0 ? 'trial.discharging' : 'trial.charging', size);
}

function amperes(current: number | null): string {
  return current === null ? '?' : current.toFixed(1);
}

/** What the record of an earlier test is worth with the settings as they stand. */
export function recordText(properties: Readonly<Record<string, unknown>>): string {
  const tested = properties['tested'];
  const record = testRecordOf(properties);
  if (record === null) return relayText(typeof tested === 'string' && tested !== '' ? 'tested.other' : 'tested.never');
  const texts = {
    date: new Date(record.at).toLocaleString(),
    before: amperes(record.before),
    after: amperes(record.after),
  };
  if (properties['role'] === 'pre-alarm')
    return relayText(record.disconnected ? 'tested.sounded' : 'tested.silent', texts);
  if (!record.disconnected) return relayText('tested.failed', texts);
  return relayText(isProven(properties) ? 'tested.proven' : 'tested.seen', texts);
}
