/** The dialog of a relay: what it may do, who must allow it, on which board it sits, and whether it really disconnects. */
import { ROLES } from '../../engine/vocabulary.ts';
import { boardOf, onExitOf, roleOf, wiringOf, type RelayProperties } from '../../node-red/relay-fields.ts';
import { BOARDS, BOARD_TRAITS, type BoardField } from '../../relays/boards.ts';
import { canOpenOnExit, recommendedOnExit } from '../../relays/kept-by.ts';
import { powerLoss, WIRINGS } from '../../relays/wiring.ts';
import { relayText } from '../catalogue.ts';
import { keeper, remarks } from '../fail-safe.ts';
import { byId, closeForm, field, fillSelect, note, onChange, openForm, showRow, textOf } from '../form.ts';
import { choosePack, furtherPacks, listPacks, showPacks } from './packs.ts';
import { propertiesOf } from './properties.ts';
import { prepareSenders, typedSenders } from './senders.ts';
import { prepareSupplies, showSupplies } from './supplies.ts';
import { trialPanel, type TrialPanel } from './trial-panel.ts';
import { fieldProblem } from './validate.ts';

const PREFIX = 'node-input';
/** Fields of which a board asks for some. */
const BOARD_FIELDS: readonly BoardField[] = [
  'bus',
  'unit',
  'channel',
  'address',
  'password',
  'chip',
  'line',
  'switchConfirmed',
];
/** Fields with a sentence below them when something is wrong. An empty one needs none: its frame says enough. */
const EXPLAINED = ['bus', 'unit', 'channel', 'address', 'chip', 'line', 'minimumOff'] as const;

/** The test of the dialog that is open; a relay's dialog never stands above another relay's. */
let trial: TrialPanel | null = null;

export const relayDialog = {
  prepare(node: EditorNode): void {
    const fill = (name: string, options: [string, string][], value: unknown): void =>
      fillSelect(field(PREFIX, name), options, value);
    fill(
      'role',
      withTexts(ROLES, (name) => relayText(`role.${name}`)),
      node['role'],
    );
    fill(
      'board',
      withTexts(BOARDS, (name) => relayText(`board.${name}`)),
      boardOf(node) ?? node['board'],
    );
    fill(
      'wiring',
      withTexts(WIRINGS, (name) => relayText(`wiring.${name}`)),
      node['wiring'] ?? 'NO',
    );
    // The first of each is what is recommended; a flow written by hand may leave the choice out.
    const ends = withTexts(['', 'open', 'hold'], (name) => (name === '' ? '' : relayText(`onExit.${name}`)));
    fill('onExit', ends, node['onExit'] ?? '');
    const deploys = withTexts(['', 'hold', 'open'], (name) => relayText(`onDeploy.${name || 'recommended'}`));
    fill('onDeploy', deploys, node['onDeploy'] ?? '');
    listPacks(node);
    choosePack();
    // From here on the fields count; before, the selects were still empty.
    openForm(node, PREFIX);
    const refresh = (): void => show(node);
    prepareSenders(node, refresh);
    prepareSupplies();
    trial?.stop();
    trial = trialPanel(node);
    onChange('.cellwarden-relay', refresh);
    refresh();
    unfold(node);
  },

  save(node: EditorNode): void {
    node['packs'] = furtherPacks(textOf(node, 'pack'));
    node['senders'] = typedSenders();
    this.close(node);
  },

  close(node: { readonly id: string }): void {
    trial?.stop();
    trial = null;
    closeForm(node);
  },
};

function withTexts(names: readonly string[], text: (name: string) => string): [string, string][] {
  return names.map((name) => [name, text(name)]);
}

/** The properties as they stand, the rows of senders too. */
function standing(node: EditorNode): RelayProperties {
  return propertiesOf(node, { senders: typedSenders() });
}

/** What somebody has chosen to set is not folded away. */
function unfold(node: EditorNode): void {
  const more = byId('cellwarden-relay-more');
  if (!(more instanceof HTMLDetailsElement)) return;
  const off = textOf(node, 'minimumOff');
  more.open =
    (off !== '' && off !== '0') ||
    textOf(node, 'onExit') !== '' ||
    textOf(node, 'onDeploy') !== '' ||
    typedSenders().length > 0;
}

function show(node: EditorNode): void {
  const of = standing(node);
  const first = textOf(node, 'pack');
  showPacks(first);
  showBoard(of);
  showWiring(of);
  for (const name of EXPLAINED) {
    const typed = textOf(node, name).trim() !== '';
    note(`cellwarden-relay-${name}-problem`, typed ? (fieldProblem(name, of) ?? '') : '');
  }
  note('cellwarden-senders-problem', fieldProblem('senders', of) ?? '');
  showSupplies([first, ...furtherPacks(first)].filter((id) => id !== ''));
  trial?.refresh();
}

/** What a board asks for, who opens it when nobody else does, and what nobody covers. */
function showBoard(of: RelayProperties): void {
  const board = boardOf(of);
  const role = roleOf(of);
  const wiring = wiringOf(of);
  const fields: readonly BoardField[] = board === null ? [] : BOARD_TRAITS[board].fields;
  for (const name of BOARD_FIELDS) {
    showRow(`cellwarden-relay-${name}-row`, fields.includes(name));
    if (!fields.includes(name)) note(`cellwarden-relay-${name}-problem`, '');
  }
  const channels = board === null ? 0 : BOARD_TRAITS[board].channels;
  note('cellwarden-channel-about', relayText('hint.channel', { max: channels }));
  note('cellwarden-board-problem', fieldProblem('board', of) ?? '');
  note('cellwarden-relay-switchConfirmed-problem', fieldProblem('switchConfirmed', of) ?? '');
  note('cellwarden-relay-address-about', fields.includes('address') ? relayText('hint.address') : '');
  note('cellwarden-role-about', role === null ? '' : relayText(`about.${role}`));
  const onExit = board === null || role === null ? null : onExitOf(of, board, role);
  note('cellwarden-board-about', board === null ? '' : relayText(`hint.board.${board}`));
  note('cellwarden-keeper', board === null || onExit === null ? '' : relayText(`keeper.${keeper(board, onExit)}`));
  // What still has to be confirmed says the same in red.
  const found =
    board === null || role === null || wiring === null
      ? []
      : remarks(board, wiring, role).filter(
          (one) => one !== 'closes-loads' || fieldProblem('lossConfirmed', of) === null,
        );
  note('cellwarden-remark', found.map((remark) => relayText(`remark.${remark}`)).join('\n'));

  showRow('cellwarden-relay-onExit-row', board !== null && canOpenOnExit(board));
  const select = field(PREFIX, 'onExit');
  if (select instanceof HTMLSelectElement && board !== null && role !== null) {
    const [recommended] = select.options;
    if (recommended !== undefined) {
      recommended.text = relayText(`onExit.recommended-${recommendedOnExit(board, role)}`);
    }
  }
}

function showWiring(of: RelayProperties): void {
  const role = roleOf(of);
  const wiring = wiringOf(of);
  const alarm = role === 'pre-alarm';
  note('cellwarden-wiring-about', wiring === null ? '' : relayText(`hint.wiring.${alarm ? 'alarm' : wiring}`));
  note('cellwarden-wiring-problem', fieldProblem('wiring', of) ?? '');
  const asks = role !== null && wiring !== null && powerLoss(wiring, role) === 'needs-confirmation';
  showRow('cellwarden-relay-lossConfirmed-row', asks);
  note('cellwarden-lossConfirmed-problem', fieldProblem('lossConfirmed', of) ?? '');
}
