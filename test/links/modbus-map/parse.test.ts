import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parseMap } from '../../../src/links/modbus-map/parse.ts';
import { planReads } from '../../../src/links/modbus-map/plan.ts';
import { parseOptions } from '../../../src/links/options.ts';
import { MODBUS_MAP_INFO } from '../../../src/links/modbus-map/info.ts';

function items(text: string) {
  const parsed = parseMap(text);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.items;
}

function problem(text: string) {
  const parsed = parseMap(text);
  assert.ok(!parsed.ok, 'it was taken');
  return parsed.problem;
}

/** `unit/function first+count` */
const requests = (text: string): string[] =>
  planReads(items(text), 7).map(({ unit, fn, first, count }) => `${unit}/${fn} ${first}+${count}`);

describe('register map', () => {
  it('reads every field, with comments, empty lines and any line ending', () => {
    const text = [
      '# my battery',
      'voltage = holding 100 u16 * 0.01',
      '',
      'cell 1..2 = INPUT 0xC8 u16*0.001 # millivolts',
      'Temperature 1 = holding 120 s16 * 0.1 - 273.15 missing 0x7FFF',
      'flag chargeAllowed = not coil 3',
      'flag full = holding 5 bit 2',
      'flag mode = unit 9 holding 6 u16 is 3 inverted',
    ].join('\r\n');
    const base = { unit: null, bit: null, is: null, inverted: false, steps: [], missing: [] };
    const scale = [{ by: '*', number: 0.001 }];
    assert.deepEqual(items(text), [
      {
        ...base,
        line: 2,
        target: { kind: 'scalar', name: 'voltage' },
        fn: 3,
        address: 100,
        type: 'u16',
        steps: [{ by: '*', number: 0.01 }],
      },
      {
        ...base,
        line: 4,
        target: { kind: 'list', name: 'cell', number: 1 },
        fn: 4,
        address: 200,
        type: 'u16',
        steps: scale,
      },
      {
        ...base,
        line: 4,
        target: { kind: 'list', name: 'cell', number: 2 },
        fn: 4,
        address: 201,
        type: 'u16',
        steps: scale,
      },
      {
        ...base,
        line: 5,
        target: { kind: 'list', name: 'temperature', number: 1 },
        fn: 3,
        address: 120,
        type: 's16',
        steps: [
          { by: '*', number: 0.1 },
          { by: '-', number: 273.15 },
        ],
        missing: [0x7fff],
      },
      {
        ...base,
        line: 6,
        target: { kind: 'flag', name: 'chargeAllowed' },
        fn: 1,
        address: 3,
        type: null,
        inverted: true,
      },
      { ...base, line: 7, target: { kind: 'flag', name: 'full' }, fn: 3, address: 5, type: 'u16', bit: 2 },
      {
        ...base,
        line: 8,
        target: { kind: 'flag', name: 'mode' },
        unit: 9,
        fn: 3,
        address: 6,
        type: 'u16',
        is: 3,
        inverted: true,
      },
    ]);
  });

  it('knows every value that a pack has', () => {
    const scalars =
      'voltage current currentIn currentOut soc bmsTemperature starterVoltage alternatorCurrent cellMin cellMax temperatureMin temperatureMax cellCount serial fault';
    const lists = ['cell 1..3', 'cellTemperature 2', 'balancing 1..16', 'temperature 1..4'];
    const lines = [...scalars.split(' '), ...lists, 'extra cycles', 'flag hot'].map(
      (name, i) => `${name} = holding ${i * 100} u16`,
    );
    assert.equal(items(lines.join('\n')).length, 15 + 3 + 1 + 16 + 4 + 2);
  });

  it('places a row: next registers, every so many, next bits', () => {
    const places = (text: string) =>
      items(text).map(({ address, bit }) => (bit === null ? address : `${address}.${bit}`));
    assert.deepEqual(places('cell 3..5 = holding 10 u16'), [10, 11, 12]);
    assert.deepEqual(places('cell 1..3 = holding 10 u32le'), [10, 12, 14]);
    assert.deepEqual(places('cell 1..3 = holding 10 u16 every 5'), [10, 15, 20]);
    assert.deepEqual(places('balancing 1..3 = discrete 7'), [7, 8, 9]);
    assert.deepEqual(places('balancing 1..4 = holding 30 u16 bit 14'), ['30.14', '30.15', '31.0', '31.1']);
    assert.deepEqual(places('balancing 1..3 = holding 30 bit 4 every 2'), ['30.4', '32.4', '34.4']);
    assert.deepEqual(places('cell 1 = holding 65535 u16'), [65_535]);
  });

  it('what is wrong is told with its line, its word and the remedy', () => {
    const wrong: [text: string, line: number, word: string, remedy: RegExp][] = [
      ['\n\nvoltage = holding 100 u17', 3, 'u17', /line 3: "u17" is no type: .*u16, s16, u32, s32, float, u32le/],
      ['voltage = holding 100', 1, 'the address', /something is missing after the address: write the type/],
      ['volts = holding 100 u16', 1, 'volts', /"volts" is no value that a pack has: write one of voltage, current/],
      ['voltage holding 100 u16', 1, 'voltage', /there is no "="/],
      ['= holding 100 u16', 1, '=', /nothing before "="/],
      [
        'voltage = ',
        1,
        '=',
        /something is missing after =: write where it stands: one of coil, discrete, holding, input/,
      ],
      ['voltage = register 5 u16', 1, 'register', /"register" does not fit: .*holding/],
      ['voltage = holding u16', 1, 'u16', /an address is a number from 0 to 65535/],
      ['voltage = holding 65536 u16', 1, '65536', /an address is a number from 0 to 65535/],
      ['voltage = holding 65535 u32', 1, '65535', /would stand at 65536: addresses end at 65535/],
      ['voltage = holding 1 u16 * 0,01', 1, '0,01', /write a number behind "\*", with a point: \* 0.01/],
      ['voltage = holding 1 u16 *', 1, '*', /something is missing after \*/],
      ['voltage = holding 1 u16 * 0', 1, '0', /makes nothing of every value/],
      ['voltage = holding 1 u16 / 0', 1, '0', /makes nothing of every value/],
      ['voltage = holding 1 u16 0.01', 1, '0.01', /after the type only \* \/ \+ -/],
      ['voltage = coil 1', 1, 'coil', /yes or no, and a number is wanted/],
      ['voltage = holding 1 u16 bit 3', 1, 'bit', /only a flag has it/],
      ['voltage = holding 1 u16 missing', 1, 'missing', /raw number that means "not known"/],
      ['voltage = unit 248 holding 1 u16', 1, '248', /a unit is a number from 1 to 247/],
      ['voltage pack = holding 1 u16', 1, 'pack', /too much before "="/],
      ['cell = holding 1 u16', 1, 'cell', /"cell" has no number: write cell 1, or cell 1..16/],
      ['cell 0 = holding 1 u16', 1, '0', /"0" is no number of cell/],
      ['cell 4..2 = holding 1 u16', 1, '4..2', /"4..2" is no number of cell/],
      ['cell 1..256 = holding 1 u16', 1, '1..256', /at most 255/],
      ['cell 1-4 = holding 1 u16', 1, '-', /"-" is too much before "="/],
      ['flag = coil 1', 1, 'flag', /"flag" has no name/],
      ['flag 5 = coil 1', 1, '5', /"5" is no name for a flag/],
      ['flag fault = coil 1', 1, 'fault', /"fault" is no name for a flag/],
      ['extra a_b = holding 1 u16', 1, 'a_b', /no name for an extra value/],
      ['flag hot = coil 1 * 2', 1, '*', /a flag is not calculated/],
      ['flag hot = coil 1 bit 2', 1, 'bit', /one bit already/],
      ['flag hot = holding 1 bit 16', 1, '16', /a bit is a number from 0 \(the lowest\) to 15/],
      ['flag hot = holding 1 u32 bit 3', 1, 'bit', /write u16/],
      ['flag hot = holding 1 is', 1, 'is', /raw number at which the flag is set/],
      ['cell 1..2 = holding 1 u32 every 1', 1, '1', /at least 2/],
      ['soc = holding 1 u16\nsoc = holding 2 u16', 2, 'soc', /line 2: soc is read in line 1 already/],
      ['cell 1..3 = holding 1 u16\ncell 2 = holding 9 u16', 2, 'cell 2', /cell 2 is read in line 1 already/],
      ['temperature 2 = holding 1 s16', 1, 'temperature 2', /count from 1 without gaps/],
      ['cellMin = holding 1 u16', 1, 'cellMin', /needs cellMax too/],
      ['temperatureMax = holding 1 u16', 1, 'temperatureMax', /needs temperatureMin too/],
      ['', 0, '', /the map is empty: write one value a line/],
      ['# nothing', 0, '', /the map is empty/],
      ['x'.repeat(20_001), 0, '', /longer than 20000 characters/],
    ];
    for (const [text, line, word, remedy] of wrong) {
      const found = problem(text);
      assert.match(found.text, remedy, text.slice(0, 60));
      assert.deepEqual([found.line, found.word], [line, word], text.slice(0, 60));
    }
  });

  it('the worked example of the page is right as it stands', () => {
    const page = readFileSync('docs/devices/modbus-map.md', 'utf8');
    const [, example = ''] = /```text\n(.*?)```/s.exec(page) ?? [];
    assert.equal(items(example).length, 10 + 4 + 8 + 8 + 5);
    assert.equal(requests(example).length, 9);
  });

  it('a map of more than 1000 values is refused', () => {
    const lines = ['cell', 'cellTemperature', 'balancing'].map((name, i) => `${name} 1..255 = holding ${i * 300} u16`);
    for (let i = 0; i < 236; i += 1) lines.push(`extra e${i} = holding ${2000 + i} u16`);
    assert.match(problem(lines.join('\n')).text, /more than 1000 values/);
    assert.equal(items(lines.slice(0, -1).join('\n')).length, 1000);
  });

  it('whatever the text, nothing is thrown and a refusal says something', () => {
    const word = fc.constantFrom(
      'voltage',
      'cell',
      '1..4',
      '=',
      'holding',
      '100',
      'u16',
      '*',
      '0.1',
      'bit',
      '-',
      'flag',
      'not',
      'coil',
      '\n',
      '#',
      'every',
      'is',
      'unit',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(word, { maxLength: 14 }).map((words) => words.join(' ')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseMap(text);
        if (!parsed.ok) assert.notEqual(parsed.problem.text, '');
        else for (const { address } of parsed.items) assert.ok(address >= 0 && address <= 65_535);
      }),
      { numRuns: 500 },
    );
  });

  it('the settings of the link refuse a wrong map in the same words, and keep a right one as written', () => {
    const wrong = parseOptions(MODBUS_MAP_INFO.options, { map: '\nvoltage = holding 1 u17' }, 16);
    assert.ok(!wrong.ok);
    assert.equal(wrong.problems.length, 1);
    const [found] = wrong.problems;
    assert.deepEqual([found?.field, found?.value, found?.problem], ['map', 'u17', 'map']);
    assert.match(found?.allowed ?? '', /^line 2: "u17" is no type/);
    assert.equal(parseOptions(MODBUS_MAP_INFO.options, {}, 16).ok, false, 'it is needed');
    const right = parseOptions(MODBUS_MAP_INFO.options, { map: '\nvoltage = holding 1 u16\n' }, 16);
    assert.ok(right.ok);
    assert.equal(right.options.map, '\nvoltage = holding 1 u16\n');
  });
});

describe('requests of a register map', () => {
  it('what adjoins is one request, in whatever order it is written; gaps are never read', () => {
    assert.deepEqual(requests('soc = holding 102 u16\nvoltage = holding 100 u16\ncurrent = holding 101 s16'), [
      '7/3 100+3',
    ]);
    assert.deepEqual(requests('voltage = holding 100 u16\nsoc = holding 102 u16'), ['7/3 100+1', '7/3 102+1']);
    assert.deepEqual(requests('extra a = holding 100 u32\nsoc = holding 102 u16'), ['7/3 100+3']);
  });

  it('tables and units are apart, what is read twice is asked once', () => {
    assert.deepEqual(requests('voltage = holding 1 u16\nsoc = input 2 u16\nextra a = unit 3 holding 2 u16'), [
      '3/3 2+1',
      '7/3 1+1',
      '7/4 2+1',
    ]);
    assert.deepEqual(requests('flag a = holding 9 bit 1\nflag b = holding 9 bit 2\nextra c = holding 9 u16'), [
      '7/3 9+1',
    ]);
    assert.deepEqual(requests('extra a = holding 8 u32\nextra b = holding 8 u16\nextra c = holding 10 u16'), [
      '7/3 8+3',
    ]);
  });

  it('125 registers or 2000 bits at most, and no value is torn apart', () => {
    assert.deepEqual(requests('cell 1..126 = holding 0 u16'), ['7/3 0+125', '7/3 125+1']);
    assert.deepEqual(requests('cell 1..63 = holding 0 u32'), ['7/3 0+124', '7/3 124+2']);
    const bits = Array.from({ length: 8 }, (_, i) => `flag f${i} = coil ${i * 250}`);
    assert.deepEqual(requests(bits.join('\n')).length, 8);
    const row = ['balancing 1..255 = coil 0', ...Array.from({ length: 740 }, (_, i) => `flag f${i} = coil ${255 + i}`)];
    assert.deepEqual(requests(row.join('\n')), ['7/1 0+995']);
  });
});
