/** A Shelly on a WLAN on which anything may go wrong: never held past the lease, never called what it is not. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { httpResponse } from '../../src/simulator/http-requests.ts';
import { seconds } from '../runtime/support/arbitrary-seconds.ts';
import { shellyBench, type ShellyBench } from './support/shelly-bench.ts';

/** Longest an opening may take on a WLAN that works (s): who it is, its own command, and what was on its way. */
const OPENING = 1.5;
/** Seconds after a fault in which a question may still be waited for. */
const AFTERMATH = 4.5;
/** Seconds that the relay takes off a hold for its way, and one that the Shelly cannot count. */
const TRAVEL = 2.1;

/** What may happen; a fault lasts for its step. */
const happening = fc.record({
  ask: fc.constantFrom('hold', 'hold', 'hold', 'hold', 'release', 'nothing'),
  lasts: seconds(0, 9),
  fault: fc.oneof(
    { weight: 5, arbitrary: fc.constant(null) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        'dead',
        'errors on',
        'garbage on',
        'slow 0.8',
        'slow 3',
        'unplugged',
        'late',
        'hang up',
      ),
    },
  ),
  wait: seconds(0, 2.5),
});

function hurt({ tell, air, hangUp }: ShellyBench, fault: string): void {
  if (fault === 'unplugged') air.plugged = false;
  else if (fault === 'late') air.delay = 0.7;
  else if (fault === 'hang up') hangUp();
  else tell(fault);
}

function heal({ tell, air }: ShellyBench): void {
  for (const line of ['alive', 'errors off', 'garbage off', 'slow off']) tell(line);
  air.plugged = true;
  air.delay = 0.005;
}

describe('a Shelly, whatever happens on the WLAN', () => {
  for (const generation of [1, 2] as const) {
    for (const heldOn of [true, false]) {
      it(`is never held past the lease, and opens soon after a release that gets through (generation ${generation}, held ${heldOn ? 'on' : 'off'})`, async function () {
        this.timeout(60_000);
        let looks = 0;
        await fc.assert(
          fc.asyncProperty(fc.array(happening, { minLength: 3, maxLength: 20 }), async (steps) => {
            const bench = shellyBench({ generation, heldOn });
            const { relay, clock, pass, contact } = bench;
            // Before the first word the contact is where it was; "released" is where we put it first.
            relay.release();
            await pass(1);
            let longest = -Infinity;
            let newest = -Infinity;
            let settled = -Infinity;
            let released = Infinity;
            let obstructedUntil = -Infinity;
            const look = (): void => {
              const now = clock.now();
              const held = contact() === heldOn;
              if (held) looks++;
              if (held) assert.ok(now < longest + 1e-6, `held ${(now - longest).toFixed(3)} s after its lease`);
              if (now < obstructedUntil) return;
              const late = now - Math.max(released, obstructedUntil);
              if (held) assert.ok(late < OPENING, `held ${late.toFixed(2)} s after its release`);
              const { verified, commanded } = relay.state();
              if (verified && !commanded) assert.equal(held, false, 'called open and confirmed');
              if (verified && commanded && settled <= now && now < newest - TRAVEL)
                assert.equal(held, true, 'called closed and confirmed');
            };
            for (const { ask, lasts, fault, wait } of steps) {
              if (fault !== null) {
                hurt(bench, fault);
                obstructedUntil = Infinity;
              }
              if (ask === 'hold') {
                released = Infinity;
                // Renewed in its last moments, the contact may have let go: it is given the time to close again.
                if (clock.now() >= newest - TRAVEL) settled = clock.now() + OPENING;
                newest = clock.now() + lasts;
                longest = Math.max(longest, newest);
                relay.hold(newest);
              } else if (ask === 'release') {
                released = Math.min(released, clock.now());
                relay.release();
              }
              await pass(wait, look);
              if (fault === null) continue;
              heal(bench);
              obstructedUntil = clock.now() + AFTERMATH;
            }
            relay.release();
            await pass(AFTERMATH + OPENING, look);
            assert.equal(contact(), !heldOn);
            assert.deepEqual(
              { ...relay.state() },
              { commanded: false, actual: false, verified: true, problem: null, fault: null },
            );
            relay.close();
          }),
          { numRuns: 80 },
        );
        assert.ok(looks > 500, `the contact was held at ${looks} looks only: too few to tell`);
      });
    }
  }
});

describe('a Shelly that answers anything', () => {
  const body = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.json({ maxDepth: 3 }),
    fc
      .record(
        {
          mac: fc.constantFrom('A8032ABE54DC', 'B8032ABE54DC', 5, null),
          gen: fc.constantFrom(1, 2, 3, 'x'),
          was_on: fc.constantFrom(true, false, 1, null),
          id: fc.constantFrom(0, 1, '1'),
          output: fc.constantFrom(true, false, 'true', null),
          ison: fc.constantFrom(true, false, 1),
          has_timer: fc.constantFrom(true, false, 0),
        },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value)),
    fc.constant('x'.repeat(40_000)),
  );
  const answer = fc.oneof(
    fc
      .record({
        status: fc.constantFrom(100, 101, 200, 200, 200, 200, 204, 301, 401, 404, 500),
        body,
        challenge: fc.constantFrom(
          '',
          'Basic realm="x"',
          'Digest qop="auth", realm="a", nonce="b", algorithm=SHA-256',
          'Digest realm="a", nonce="b"',
          'Digest qop="auth", realm="\u00e4", nonce="b", algorithm=SHA-256',
          'Negotiate',
        ),
      })
      .map(({ status, body, challenge }) =>
        httpResponse({ status, body, headers: { 'WWW-Authenticate': challenge, Location: 'http://10.0.0.1/' } }),
      ),
    fc.uint8Array({ maxLength: 400 }),
  );

  for (const generation of [1, 2] as const) {
    it(`every command and every question of generation ${generation} ends in time with an answer or a sentence`, async function () {
      this.timeout(60_000);
      await fc.assert(
        fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 12 }), fc.boolean(), async (answers, cut) => {
          let next = 0;
          const { driver, clock, pass } = shellyBench({
            generation,
            password: 'sesame',
            answerer: (send) => ({
              receive: () => {
                const bytes = answers[next++ % answers.length]!;
                if (!cut) return send(bytes);
                send(bytes.subarray(0, bytes.length >> 1));
                send(bytes.subarray(bytes.length >> 1));
              },
              close: () => undefined,
            }),
          });
          const said: unknown[] = [];
          for (const holds of [true, false]) {
            void driver
              .send({ holds, seconds: 4, urgent: !holds, notAfter: clock.now() + 1 })
              .then((told) => said.push(told));
            await pass(2.1);
            void driver.read().then((told) => said.push(told));
            await pass(2.1);
          }
          assert.equal(said.length, 4);
          for (const told of said as { ok: boolean; text?: string; value?: unknown }[]) {
            if (told.ok) assert.equal(typeof told.value, 'boolean');
            else assert.match(told.text ?? '', /192\.168\.1\.40/);
            assert.ok(!JSON.stringify(told).includes('sesame'));
          }
          driver.close();
        }),
        { numRuns: 150 },
      );
    });
  }
});
