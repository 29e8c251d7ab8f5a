import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import {
  PROTECTION_NAMES,
  SETTING_NAMES,
  SETTINGS,
  type SettingGroup,
  type SettingName,
} from '../../src/engine/pack/schema.ts';
import type { Problem, ProblemKind, Warning, WarningKind } from '../../src/engine/pack/problem.ts';
import { resolveSettings, type Given } from '../../src/engine/pack/validate.ts';
import { PROFILE_IDS, ROLES, type ProfileId } from '../../src/engine/vocabulary.ts';
import { keeper, remarks } from '../../src/editor/fail-safe.ts';
import { judge } from '../../src/editor/judge.ts';
import { AT_THE_TOP, blocksOf, choiceKey, COLUMNS, EXPLAINED, GROUPS } from '../../src/editor/pack/groups.ts';
import { placeholders } from '../../src/editor/pack/placeholder.ts';
import { readable } from '../../src/editor/sentence.ts';
import type { BusProblemKey } from '../../src/links/bus/address.ts';
import { BOARDS } from '../../src/relays/boards.ts';
import { WIRINGS } from '../../src/relays/wiring.ts';
import type { LinkOptionProblem } from '../../src/links/options.ts';
import { PROTOCOL_INFOS } from '../../src/links/catalogue.ts';
import { problemText, warningText } from '../../src/texts/problem-text.ts';
import { translateFrom, type Catalogue } from '../../src/texts/translate.ts';
import { NODES, ROOT, catalogueOf, pageOf } from './editor-page.ts';

const LINK_PROBLEMS: readonly LinkOptionProblem['problem'][] = ['number', 'choice', 'key', 'pin', 'device', 'map'];

/** Every sentence with its key, `bms-config.label.name`. */
function leaves(catalogue: Catalogue, at = ''): [key: string, text: string][] {
  return Object.entries(catalogue).flatMap(([name, value]): [string, string][] => {
    const key = at === '' ? name : `${at}.${name}`;
    return typeof value === 'string' ? [[key, value]] : leaves(value, key);
  });
}

const placeholdersIn = (text: string): string[] => [...text.matchAll(/__([A-Za-z]+)__/g)].map(([, name]) => name ?? '');

describe('the catalogues', () => {
  let texts: Map<string, string>;
  let translate: ReturnType<typeof translateFrom>;
  const sound: Given = { cells: 16, capacity: 280 };

  before(() => {
    const catalogues = NODES.map(catalogueOf);
    texts = new Map(catalogues.flatMap((catalogue) => leaves(catalogue)));
    translate = translateFrom(...catalogues);
  });

  const has = (key: string): void => assert.ok(texts.get(key), `no text for ${key}`);

  it('every node has one, with its type as the only root', () => {
    for (const node of NODES) assert.deepEqual(Object.keys(catalogueOf(node)), [node.type]);
  });

  it('no text is empty and no placeholder is misspelt', () => {
    for (const [key, text] of texts) {
      assert.notEqual(text.trim(), '', key);
      assert.doesNotMatch(text.replaceAll(/__[A-Za-z]+__/g, ''), /__|\{\{/, key);
    }
  });

  it('every setting, choice, group, profile, role, board and link has a label', () => {
    for (const name of SETTING_NAMES) {
      const spec = SETTINGS[name];
      has(`bms-config.setting.${name}`);
      has(`bms-config.group.${spec.group}`);
      if (spec.kind === 'choice') for (const choice of spec.choices) has(`bms-config.${choiceKey(choice)}`);
    }
    for (const id of PROFILE_IDS) for (const part of ['name', 'about']) has(`bms-config.profile.${id}.${part}`);
    for (const role of ROLES) for (const part of ['role', 'about', 'node']) has(`bms-relay-out.${part}.${role}`);
    for (const board of BOARDS) {
      for (const part of ['board', 'hint.board']) has(`bms-relay-out.${part}.${board}`);
      for (const onExit of ['open', 'hold'] as const) has(`bms-relay-out.keeper.${keeper(board, onExit)}`);
    }
    for (const wiring of WIRINGS) for (const part of ['wiring', 'hint.wiring']) has(`bms-relay-out.${part}.${wiring}`);
    for (const key of ['message', 'none', 'second', 'unknown', 'third', 'wrong-bus', 'no-device', 'unheeded'])
      has(`bms-config.link.${key}`);
    for (const { options, buses, reads } of PROTOCOL_INFOS) {
      for (const { name } of options) has(`bms-config.link.option.${name}`);
      for (const kind of buses) has(`bms-config.link.bus.${kind}`);
      for (const what of reads) has(`bms-config.link.reads.${what}`);
    }
    for (const problem of LINK_PROBLEMS) has(`bms-config.link.problem.${problem}`);
    for (const role of ROLES) {
      for (const board of BOARDS) {
        for (const wiring of WIRINGS) {
          for (const found of remarks(board, wiring, role)) has(`bms-relay-out.remark.${found}`);
        }
      }
    }
  });

  it('the dialog shows every setting once, in one of its groups or at the top', () => {
    const protections: readonly string[] = PROTECTION_NAMES;
    const shown = GROUPS.flatMap((group) => {
      has(`bms-config.group.${group}`);
      return blocksOf(group).flatMap((name) =>
        protections.includes(name) ? COLUMNS.map((column) => `${name}${column}`) : [name],
      );
    });
    assert.deepEqual([...shown, ...AT_THE_TOP].sort(), [...SETTING_NAMES].sort());
  });

  it('what decides stands above what follows from it', () => {
    const above = (group: SettingGroup, first: SettingName, then: SettingName): void => {
      const names = blocksOf(group);
      assert.ok(names.includes(first) && names.indexOf(first) < names.indexOf(then), `${first} above ${then}`);
    };
    above('switching', 'precharge', 'prechargeTime');
    above('switching', 'retries', 'retryWindow');
    above('alternator', 'starterVoltageMin', 'alternatorVoltageLimit');
    above('aux', 'auxRule', 'heaterTemperature');
    above('faults', 'onSensor', 'onSensorDelay');
  });

  it('every setting that needs a sentence has one, and no other', () => {
    const there = [...texts.keys()].filter((key) => key.startsWith('bms-config.about.'));
    assert.deepEqual(there.sort(), EXPLAINED.map((name) => `bms-config.about.${name}`).sort());
    assert.match(texts.get('bms-config.about.precharge') ?? '', /stays open until a precharge is confirmed/);
  });

  it('no two settings share a label', () => {
    const labels = SETTING_NAMES.map((name) => texts.get(`bms-config.setting.${name}`));
    assert.equal(new Set(labels).size, labels.length);
  });

  it('every setting of the catalogue is one of the vocabulary', () => {
    const known = new Set(SETTING_NAMES.map((name) => `bms-config.setting.${name}`));
    const strangers = [...texts.keys()].filter((key) => key.startsWith('bms-config.setting.') && !known.has(key));
    assert.deepEqual(strangers, []);
  });

  /** One wrong pack for every kind of problem; the compiler sees to it that none is left out. */
  const WRONG: Readonly<Record<ProblemKind, readonly [profile: string, given: Given][]>> = {
    'unknown-profile': [['no-such', sound]],
    'unknown-setting': [
      ['lifepo4', { ...sound, somethingElseAltogether: '1' }],
      ['lifepo4', { ...sound, cellOvervoltag: '3.6' }],
    ],
    missing: [['lifepo4', { cells: 16 }]],
    'not-a-number': [['lifepo4', { ...sound, cellOvervoltage: 'x' }]],
    'not-whole': [['lifepo4', { ...sound, cells: 4.5 }]],
    millivolts: [['lifepo4', { ...sound, cellOvervoltage: 3650 }]],
    'too-low': [['lifepo4', { ...sound, cells: 0 }]],
    'too-high': [['lifepo4', { ...sound, cells: 300 }]],
    'not-a-choice': [['lifepo4', { ...sound, mode: 'x' }]],
    'cannot-be-off': [['lifepo4', { ...sound, leaseCharge: 'off' }]],
    order: [
      ['lifepo4', { ...sound, preAlarm: 2.7 }],
      ['lifepo4', { ...sound, cellUndervoltageClear: 2.7 }],
    ],
  };

  const problemsOf = (profile: string, given: Given): readonly Problem[] => {
    const resolved = resolveSettings(profile, given);
    return resolved.ok ? [] : resolved.problems;
  };

  for (const [kind, examples] of Object.entries(WRONG)) {
    it(`${kind}: names the setting, the value and a remedy, and every placeholder is filled`, () => {
      for (const [profile, given] of examples) {
        const problem = problemsOf(profile, given).find((found) => found.kind === kind);
        assert.ok(problem, `${kind} does not happen with ${JSON.stringify(given)}`);
        const sentence = problemText(problem, translate);
        assert.doesNotMatch(sentence, /__|problem\./, sentence);
        if (kind !== 'unknown-profile') assert.ok(sentence.includes(problem.setting), sentence);
        assert.ok(sentence.includes(problem.value), sentence);
        assert.match(sentence, /: (fill|enter|did|choose|lower|look)/, sentence);
      }
    });
  }

  it('both relations of an order problem have their sentence', () => {
    const relations = WRONG.order
      .flatMap(([profile, given]) => problemsOf(profile, given))
      .map((p) => p.detail['relation']);
    assert.deepEqual(new Set(relations), new Set(['below', 'notAbove']));
  });

  const WARNINGS: Readonly<Record<WarningKind, Warning>> = {
    'cold-charging': {
      setting: 'chargeTemperatureMin',
      value: '0',
      kind: 'cold-charging',
      detail: { limit: 5, unit: '°C' },
    },
    'below-damage': {
      setting: 'cellUndervoltage',
      value: '2.4',
      kind: 'below-damage',
      detail: { limit: 2.5, unit: 'V' },
    },
    'lease-shorter-than-heartbeat': {
      setting: 'leaseCharge',
      value: '3',
      kind: 'lease-shorter-than-heartbeat',
      detail: { limit: 4, unit: 's' },
    },
    'high-charge-limit': {
      setting: 'alternatorVoltageLimit',
      value: '15',
      kind: 'high-charge-limit',
      detail: { limit: 14.4, unit: 'V' },
    },
    'unknown-allowed': {
      setting: 'onSensor',
      value: 'ignore',
      kind: 'unknown-allowed',
      detail: { limit: 'stop-charge', unit: '' },
    },
    'self-lockout': {
      setting: 'supervisorSupply',
      value: 'load',
      kind: 'self-lockout',
      detail: { limit: 'independent', unit: '' },
    },
    'combined-blocks-charging': {
      setting: 'combined',
      value: 'yes',
      kind: 'combined-blocks-charging',
      detail: { limit: 'no', unit: '' },
    },
    'no-such-model': {
      setting: 'capacity',
      value: '120',
      kind: 'no-such-model',
      detail: { limit: '12, 30, 50', unit: 'Ah' },
    },
    'too-many-cells': { setting: 'cells', value: '8', kind: 'too-many-cells', detail: { limit: 4, unit: '' } },
    'too-many-parallel': { setting: 'parallel', value: '6', kind: 'too-many-parallel', detail: { limit: 5, unit: '' } },
  };

  it('every warning names setting, value and limit, and says what to do', () => {
    for (const warning of Object.values(WARNINGS)) {
      const sentence = warningText(warning, translate);
      for (const part of [warning.setting, warning.value, String(warning.detail['limit'])]) {
        assert.ok(sentence.includes(part), sentence);
      }
      assert.doesNotMatch(sentence, /__/, sentence);
    }
  });

  /** What makes a sound pack be warned about, with the requirement, and what its sentence has to say. */
  const WARNED: readonly [requirement: string, kind: WarningKind, profile: ProfileId, given: Given, said: RegExp][] = [
    ['VLB-6', 'cold-charging', 'lifepo4', { chargeTemperatureMin: 0 }, /below 5 °C damages/],
    ['VLB-18', 'below-damage', 'lifepo4', { cellUndervoltage: 2.4, cellUndervoltageCritical: 2.3 }, /below 2\.5 V/],
    [
      'VSB-3',
      'high-charge-limit',
      'victron-smart-bms-12-200',
      { alternatorVoltageLimit: 15 },
      /15 V.*14\.4 V.*Lower it/,
    ],
    ['OGT-14', 'unknown-allowed', 'lifepo4', { onSensor: 'warn' }, /onSensor is warn.*Choose stop-charge/],
    ['OGT-14', 'unknown-allowed', 'lifepo4', { onFrozen: 'ignore' }, /onFrozen is ignore.*Choose stop-charge/],
    [
      'VSB-11',
      'self-lockout',
      'lifepo4',
      { relaySupply: 'load' },
      /relaySupply is load.*darkens.*ahead of the switched/,
    ],
    [
      'VSB-11',
      'self-lockout',
      'lifepo4',
      { chargerSupply: 'contactor' },
      /chargerSupply is contactor.*choose independent/,
    ],
    [
      '123-R11',
      'combined-blocks-charging',
      '123smartbms',
      { combined: 'yes' },
      /undervoltage then blocks charging.*recovery/,
    ],
    ['OGT-9', 'no-such-model', 'offgridtec-smart-pro', { capacity: 120 }, /120 Ah.*150.*next smaller/],
    ['OGT-10', 'too-many-cells', 'offgridtec-smart-pro', { cells: 8, capacity: 30 }, /cells is 8.*more than 4/],
    [
      'VLB-19',
      'too-many-parallel',
      'victron-smart-lithium',
      { capacity: 600, parallel: 6 },
      /parallel is 6.*more than 5/,
    ],
  ];

  for (const [requirement, kind, profile, given, said] of WARNED) {
    it(`${requirement} warning ${kind} with ${JSON.stringify(given)} says ${String(said)}`, () => {
      const resolved = resolveSettings(profile, { cells: 4, capacity: 200, ...given });
      assert.ok(resolved.ok, JSON.stringify(resolved));
      const sentences = resolved.warnings.filter((one) => one.kind === kind).map((one) => warningText(one, translate));
      assert.equal(sentences.length, 1, JSON.stringify(resolved.warnings));
      assert.match(sentences[0] ?? '', said);
    });
  }

  it('VSB-11 a warning in the dialog is in its words: labels of settings and choices', () => {
    const resolved = resolveSettings('lifepo4', { ...sound, relaySupply: 'load' });
    const [warning] = resolved.ok ? resolved.warnings : [];
    assert.ok(warning);
    const say = (key: string): string => translate(`bms-config.${key}`);
    const inWords = readable(
      warning,
      (name) => say(`setting.${name}`),
      (choice) => say(choiceKey(choice)),
    );
    assert.match(
      warningText(inWords, translate),
      /^Supply of the relays is the load output: .* choose a supply of its own\.$/,
    );
  });

  const empty = (profile: ProfileId, given: Given): ((name: SettingName) => string) =>
    placeholders(profile, given, (key, detail) => translate(`bms-config.${key}`, detail));

  it('an empty field shows what follows from cells and capacity, and how, while they are not known', () => {
    const ogt = empty('offgridtec-smart-pro', {});
    assert.equal(ogt('packOvervoltage'), '3.65 × cells');
    assert.equal(ogt('fullTailCurrent'), '0.05 × capacity');
    assert.equal(ogt('dischargeCurrentPeak'), 'by capacity');
    assert.equal(ogt('cells'), '');
    const known = empty('offgridtec-smart-pro', { cells: '4', capacity: '200', parallel: '2' });
    assert.equal(known('packOvervoltage'), '14.6');
    assert.equal(known('fullTailCurrent'), '10');
    assert.equal(known('dischargeCurrentMax'), '200', 'two batteries of 100 Ah');
    assert.equal(known('dischargeCurrentPeak'), '500');
    assert.equal(known('cellOvervoltageCritical'), 'off');
  });

  it('an empty choice shows what the profile has chosen, in words', () => {
    assert.equal(empty('lifepo4', {})('precharge'), 'as profile (not confirmed)');
    assert.equal(empty('lifepo4', {})('alternatorFuse'), 'as profile (not told)');
    assert.equal(empty('victron-smart-bms-12-200', {})('remoteScope'), 'as profile (contactor and alternator)');
  });

  it('no warning and no crossed pair comes from cells or a capacity that are not typed in yet', () => {
    const ofTheBattery = ['capacity', 'cells', 'parallel', 'alternatorVoltageLimit'];
    for (const profile of PROFILE_IDS) {
      const told = judge(profile, {}).warnings.filter(({ setting }) => ofTheBattery.includes(setting));
      assert.deepEqual(told, [], profile);
    }
    assert.deepEqual(judge('victron-smart-lithium', { cells: '4', capacity: '${AH}' }).warnings, []);
    const high = { alternatorVoltageLimit: '15' };
    assert.deepEqual(judge('victron-smart-bms-12-200', { capacity: '200', ...high }).warnings, []);
    const crossed = judge('offgridtec-smart-pro', { capacity: '200', packOvervoltageClear: '57' }).problems;
    assert.deepEqual(
      crossed.filter(({ kind }) => kind === 'order'),
      [],
    );
    const warned = judge('victron-smart-bms-12-200', { capacity: '200', cells: '4', ...high }).warnings;
    assert.deepEqual(
      warned.map(({ kind }) => kind),
      ['high-charge-limit'],
    );
    const always = judge('lifepo4', { relaySupply: 'load' }).warnings;
    assert.deepEqual(
      always.map(({ kind }) => kind),
      ['self-lockout'],
    );
  });

  const BUS_PROBLEMS: Readonly<Record<BusProblemKey, true>> = {
    'bad-kind': true,
    'no-path': true,
    'bad-path': true,
    'bad-host': true,
    'no-port': true,
    'bad-port': true,
    'bad-baud': true,
    'bad-data-bits': true,
    'bad-parity': true,
    'bad-stop-bits': true,
    'needs-8-bits': true,
    'needs-modbus': true,
    'bad-adapter': true,
    'no-modbus-by-ble': true,
    'other-line-settings': true,
    'other-use': true,
  };

  it('every problem of a bus has its sentence, with no placeholder but the value', () => {
    for (const key of Object.keys(BUS_PROBLEMS)) {
      has(`bms-bus.problem.${key}`);
      const names = placeholdersIn(texts.get(`bms-bus.problem.${key}`) ?? '');
      assert.deepEqual(
        names.filter((name) => name !== 'value'),
        [],
        key,
      );
    }
    const there = [...texts.keys()].filter((key) => key.startsWith('bms-bus.problem.'));
    assert.equal(there.length, Object.keys(BUS_PROBLEMS).length);
  });

  it('every text that a page names is there', () => {
    for (const node of NODES) {
      const page = pageOf(node);
      const named = [
        ...page.matchAll(/data-i18n="(?:\[\w+\])?([\w.-]+)"/g),
        ...page.matchAll(/_\("([\w.-]+[\w-])"\)/g),
      ].map(([, key]) => key ?? '');
      assert.ok(named.length > 0, node.type);
      named.forEach(has);
    }
  });

  it('every text is used somewhere', () => {
    const patterns = keysNamedIn(sources());
    const isUsed = (key: string): boolean => {
      const short = key.slice(key.indexOf('.') + 1);
      return patterns.some((pattern) => pattern.test(key) || pattern.test(short));
    };
    assert.deepEqual(['bms-config.label.bogus', 'bms-relay-out.bogus', 'bms-bus.note.bogus'].filter(isUsed), []);
    assert.deepEqual(
      [...texts.keys()].filter((key) => !isUsed(key)),
      [],
    );
  });
});

function sources(): string {
  return ['src', 'nodes']
    .flatMap((folder) =>
      readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((f) => path.join(folder, f)),
    )
    .filter((file) => (file.endsWith('.ts') || file.endsWith('.html')) && !file.includes('locales'))
    .map((file) => readFileSync(path.join(ROOT, file), 'utf8'))
    .join('\n');
}

/** The keys that code asks for: literals with a point in them, with `${…}` or what is added at the end left open. */
function keysNamedIn(code: string): RegExp[] {
  const found = code.matchAll(/(?<=["'`\]])[A-Za-z][\w-]*\.(?:[\w.-]|\$\{[^}]*\})*(?=["'`])/g);
  const literals = new Set([...found].map(([literal]) => literal));
  return [...literals].flatMap((literal) => {
    const open = literal.replaceAll(/\$\{[^}]*\}/g, '§').replaceAll(/[^\w.§-]/g, '');
    // A wrapper that puts the node's type before any key names none.
    if (!/^[a-z][\w-]*\./i.test(open) || /^bms-[\w-]+\.§$/.test(open)) return [];
    const pattern = open.replaceAll('.', '\\.').replaceAll('§', '[\\w.-]+');
    return [new RegExp(`^${open.endsWith('.') ? `${pattern}[\\w.-]+` : pattern}$`)];
  });
}
