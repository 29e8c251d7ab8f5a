/** Settings, messages, clocks and brokers: what comes from outside the chain. */
import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Flow, freePort } from '../../test/support/node-red-process.ts';
import { ownChild } from '../../test/support/own-child.ts';
import { pause, seconds, until } from '../../test/support/wait.ts';
import { LEASE_CHARGE, REACTION } from '../bounds.ts';
import { CHARGE } from '../coil-log.ts';
import { button, changed, CHARGE_RELAY, code, MONITOR, PACK, PROTECTION, TAB } from '../flow.ts';
import type { Rig } from '../rig.ts';
import type { Scenario } from '../scenario.ts';

const STEP_CLOCK = fileURLToPath(new URL('../step-clock.cjs', import.meta.url));

/** The flow with more behind one output of the protection. */
function alsoWired(flow: Flow, output: number, id: string): Flow {
  const { wires } = flow.find((node) => node.id === PROTECTION) as unknown as { wires: string[][] };
  return changed(flow, PROTECTION, { wires: wires.map((ids, place) => (place === output ? [...ids, id] : ids)) });
}

/** 1 000 messages every 10 ms, as far as the computer can; says how many it were. */
const STORM = `
let sent = 0;
const until = Date.now() + msg.payload * 1000;
const timer = setInterval(() => {
  for (let i = 0; i < 1000; i++) node.send({ payload: sent++ });
  if (Date.now() < until) return;
  clearInterval(timer);
  node.log('rig stormed ' + sent);
}, 10);
`;

const STORMS = [
  code('storm', STORM, { wires: [[MONITOR]] }),
  button('storm-10', ['storm'], { payload: '10', payloadType: 'num' }),
  button('storm-60', ['storm'], { payload: '60', payloadType: 'num' }),
];

/** Starts the storm; gives its length and a wait for its end. */
async function storm(rig: Rig): Promise<{ duration: number; over: () => Promise<void> }> {
  const duration = rig.quick ? 10 : 60;
  const before = rig.nodeRed.log.length;
  await rig.nodeRed.inject(`storm-${duration}`);
  return {
    duration,
    async over() {
      const sent = await until('the storm to end', duration + 120, () => {
        const line = rig.nodeRed.log.slice(before).find((text) => text.includes('rig stormed'));
        return line === undefined ? null : Number(line.split(' ').at(-1));
      });
      rig.notes.push(`${(sent / duration).toFixed(0)} messages/s came through`);
    },
  };
}

/** Remembers the last real permission, and forges from it. */
const CAPTURE = "if (msg.permission && msg.permission.allowed) flow.set('captured', msg.permission);";
const FORGERIES: Readonly<Record<string, string>> = {
  bare: 'return { payload: true };',
  invented:
    "return { payload: true, permission: { pack: 'house', role: 'charge', allowed: true, instance: 'x', sequence: 1e12, validUntil: 1e12 } };",
  replayed: "return { payload: true, permission: flow.get('captured') };",
  prototype:
    'return { payload: true, permission: JSON.parse(\'{"__proto__": {"pack": "house", "role": "charge", "allowed": true, "instance": "x", "sequence": 1e12, "validUntil": 1e12}}\') };',
  altered:
    "const real = flow.get('captured'); return { payload: true, permission: { ...real, sequence: real.sequence + 1e6, validUntil: real.validUntil + 1e6 } };",
};

/** With charge open on a high cell, sends forgeries to its relay; counts the closings. */
async function forge(rig: Rig, which: readonly string[]): Promise<number> {
  const nodes = which.flatMap((name) => [
    code(`forge-${name}`, FORGERIES[name] ?? '', { wires: [[CHARGE_RELAY]] }),
    button(`send-${name}`, [`forge-${name}`]),
  ]);
  const flow = alsoWired([...rig.flow, ...nodes, code('capture', CAPTURE)], 0, 'capture');
  await rig.deploy(flow, 'nodes');
  await pause(3);
  await rig.trip('cell 3 3.70', CHARGE);
  const open = seconds();
  for (let round = 0; round < 5; round++) {
    for (const name of which) await rig.nodeRed.inject(`send-${name}`);
    await pause(0.5);
  }
  await pause(1);
  const closed = rig.coils.since(open, CHARGE);
  assert.deepEqual(closed, [], `a forged message was to close nothing; ${rig.told(open)}`);
  return closed.length;
}

/** A broker of its own; gives the way to stop it. */
async function broker(rig: Rig, port: number): Promise<() => void> {
  const child = spawn('mosquitto', ['-p', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
  ownChild(child);
  const log: string[] = [];
  child.stderr.on('data', (text: Buffer) => log.push(String(text)));
  const end = (): void => void child.kill('SIGKILL');
  rig.onEnd(end);
  await until(
    () => `mosquitto to run: ${log.join('')}`,
    10,
    () => log.some((text) => text.includes('running')) || null,
  );
  return end;
}

export const OUTSIDE: readonly Scenario[] = [
  {
    hazards: ['H30'],
    title:
      'thresholds that cross are deployed (cellUndervoltage 3.70 V): charge and load open; both close with good ones',
    bound: 2,
    covers: [],
    repeat: 3,
    async run(rig) {
      const from = await rig.deploy(changed(rig.flow, PACK, { cellUndervoltage: '3.70' }), 'nodes');
      const both = await Promise.all([CHARGE, 1].map((coil) => rig.opens(coil, from, 2)));
      await rig.stays(3);
      return Math.max(...both);
    },
  },
  {
    hazards: ['H28'],
    title: 'a storm at the monitor for a minute (10 s with --quick), up to 100 000 messages/s: no contact moves',
    bound: 0,
    unit: 'edges',
    covers: [],
    repeat: 1,
    alone: true,
    plan: { beside: STORMS },
    async run(rig) {
      const from = seconds();
      const { duration, over } = await storm(rig);
      await rig.stays(duration, from);
      await over();
      await rig.stays(LEASE_CHARGE + 1, from);
      return 0;
    },
  },
  {
    hazards: ['H28'],
    title: 'the same storm while a cell reaches 3.70 V: charge opens as fast as ever',
    bound: REACTION,
    covers: [],
    repeat: 2,
    alone: true,
    plan: { beside: STORMS },
    async run(rig) {
      const { over } = await storm(rig);
      await pause(3);
      const charge = await rig.trip('cell 3 3.70', CHARGE);
      await over();
      return charge;
    },
  },
  {
    hazards: ['H11'],
    title:
      'the wall clock steps 50 years on, 50 years back and right again: no contact moves, a trip is as fast as ever',
    bound: REACTION,
    covers: [],
    repeat: 1,
    plan: { nodeArgs: ['--require', STEP_CLOCK] },
    async run(rig) {
      let worst = 0;
      for (let step = 1; step <= 3; step++) {
        const from = seconds();
        rig.nodeRed.signal('SIGWINCH');
        await rig.stays(LEASE_CHARGE + 2, from);
        const stepped = rig.nodeRed.log.filter((line) => line.startsWith('stepped to ')).length;
        assert.equal(stepped, step, 'the clock of Node-RED was to step');
        worst = Math.max(worst, await rig.trip('cell 3 3.70', CHARGE));
        await rig.bms.command('cell 3 auto');
        await rig.closed(30);
      }
      return worst;
    },
  },
  {
    hazards: ['H32'],
    title: 'the MQTT broker of a neighbour goes away and comes back: no contact moves',
    bound: 0,
    unit: 'edges',
    covers: [],
    needs: ['mosquitto'],
    repeat: 1,
    async run(rig) {
      const port = await freePort();
      const stop = await broker(rig, port);
      const nodes: Flow = [
        {
          id: 'broker',
          type: 'mqtt-broker',
          name: '',
          broker: '127.0.0.1',
          port: String(port),
          clientid: '',
          protocolVersion: '4',
          keepalive: '5',
          cleansession: true,
          autoConnect: true,
        },
        {
          id: 'publish',
          type: 'mqtt out',
          z: TAB,
          name: '',
          topic: 'state',
          qos: '1',
          retain: 'true',
          broker: 'broker',
          x: 700,
          y: 500,
          wires: [],
        },
      ];
      const from = seconds();
      await rig.deploy(alsoWired([...rig.flow, ...nodes], 4, 'publish'), 'nodes');
      await until(
        'Node-RED to reach the broker',
        15,
        () => rig.nodeRed.log.some((line) => line.includes('Connected to broker')) || null,
      );
      await rig.stays(3, from);
      stop();
      await until(
        'Node-RED to lose the broker',
        30,
        () => rig.nodeRed.log.some((line) => line.includes('Disconnected from broker')) || null,
      );
      await rig.stays(rig.quick ? 8 : 40, from);
      await broker(rig, port);
      await rig.stays(20, seconds());
      assert.deepEqual(rig.coils.since(from), [], rig.told(from));
      return 0;
    },
  },
  {
    hazards: ['H33'],
    title:
      'a bare true, an invented permission, an old one again and one through __proto__ reach the charge relay: it stays open',
    bound: 0,
    unit: 'edges',
    covers: [],
    repeat: 2,
    run: (rig) => forge(rig, ['bare', 'invented', 'replayed', 'prototype']),
  },
  {
    hazards: ['H33'],
    title:
      'a real permission with a later sequence and end reaches the charge relay (forged inside Node-RED): it stays open',
    bound: 0,
    unit: 'edges',
    covers: [],
    repeat: 2,
    run: (rig) => forge(rig, ['altered']),
  },
  {
    hazards: ['H33'],
    title: 'commands without a PIN (remote true, reset, sync-soc) reach the protection: charge stays open',
    bound: 0,
    unit: 'edges',
    covers: [],
    repeat: 2,
    plan: {
      beside: [
        code(
          'commands',
          "return [[['remote', true], ['reset', true], ['sync-soc', 50], ['clear-counters', true]].map(([name, value]) => ({ command: { name, value } }))];",
          { wires: [[PROTECTION]] },
        ),
        button('send-commands', ['commands']),
      ],
    },
    async run(rig) {
      await rig.trip('cell 3 3.70', CHARGE);
      const open = seconds();
      for (let round = 0; round < 5; round++) {
        await rig.nodeRed.inject('send-commands');
        await pause(0.5);
      }
      await rig.stays(4, open, CHARGE);
      return 0;
    },
  },
];
