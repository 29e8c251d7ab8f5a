/**
 * A simulated house for five days: what the measured sets do not have, a load that is always on beside an offset of the
 * sensor. Shown, not gated: the battery is made of the same curve as the estimator, so only the sensor is put to the test.
 */
import { SocEstimator } from '../../src/engine/estimator/soc-estimator.ts';
import { Battery, SETTINGS } from '../../test/engine/estimator/support/battery.ts';

/** A that are always on, and offset of the sensor (A); of a battery of 100 Ah. */
const HOUSES = [
  [0, 0],
  [0.6, 0],
  [0.6, 0.3],
  [0.6, -0.3],
  [0.5, 0.5],
] as const;
const DAYS = 5;

export function printHouse(): void {
  console.log('\n### house: five simulated days (shown, not gated)\n');
  console.log('| always on | offset | sun | RMSE / max | in 2σ |\n|---|---|---|---|---|');
  for (const [noon, sun] of [
    [9.5, 'never full'],
    [18, 'full every day'],
  ] as const) {
    for (const [always, offset] of HOUSES) {
      const estimator = new SocEstimator(SETTINGS, { soc: 0.6, sigma: 0.02 });
      const battery = new Battery(0.6);
      battery.offset = offset;
      let [square, most, inside, count] = [0, 0, 0, 0];
      for (let day = 0; day < DAYS; day++) {
        battery.day(estimator, always, noon, ({ soc }) => {
          const error = Math.abs(estimator.soc - soc);
          square += error * error;
          most = Math.max(most, error);
          if (error <= 2 * estimator.sigma) inside++;
          count++;
        });
      }
      const rmse = (100 * Math.sqrt(square / count)).toFixed(2);
      const share = ((100 * inside) / count).toFixed(0);
      console.log(`| ${always} A | ${offset} A | ${sun} | ${rmse} / ${(100 * most).toFixed(1)} | ${share} % |`);
    }
  }
}
