/**
 * Voltage of a resting LiFePO4 cell over its state of charge: the middle between the two branches (what it settles at
 * after charging and after discharging), half of the gap between them, how both change with temperature, and how far two
 * makers differ.
 *
 * The numbers are our own means of two published sets, so that no single cell's quirks are followed:
 * A123 ANR26650M1B measured at C/30 (A. Kawakita de Souza, doi 10.17632/p8kf893yv3.1, CC BY 4.0) and Sony/Murata US26650
 * (SimSES, TUM, BSD-3-Clause; also the source of the entropy column). Below 2 % and above 98 % they differ by tens of
 * millivolts, and the uncertainty says so.
 */

/** SOC %, middle V, half gap mV, half of the difference between the makers mV, change with temperature mV/K; at 25 °C. */
const ROWS: readonly (readonly [number, number, number, number, number])[] = [
  [0, 2.45, 35, 100, -0.49],
  [1, 2.709, 35, 60, -0.46],
  [2, 2.875, 35, 21, -0.43],
  [3, 2.959, 35, 8, -0.39],
  [4, 3.02, 35, 5, -0.36],
  [5, 3.067, 35, 5, -0.33],
  [6, 3.106, 34, 6, -0.29],
  [8, 3.167, 31, 7, -0.23],
  [10, 3.199, 26, 4, -0.16],
  [12.5, 3.2075, 24, 3, -0.15],
  [15, 3.2133, 25.6, 3, -0.14],
  [17.5, 3.2241, 26.9, 3, -0.13],
  [20, 3.2374, 27.3, 3, -0.12],
  [25, 3.258, 29, 3.3, -0.08],
  [30, 3.2736, 30.4, 3.3, -0.04],
  [35, 3.2851, 28, 2.5, 0.03],
  [40, 3.2931, 22.7, 1.5, 0.1],
  [45, 3.297, 20.6, 1, 0.1],
  [50, 3.2989, 20.3, 1, 0.11],
  [55, 3.3007, 20.5, 1, 0.12],
  [60, 3.303, 21, 1, 0.13],
  [65, 3.3068, 22.3, 1.5, 0.14],
  [67.5, 3.3098, 23.5, 2.5, 0.14],
  [70, 3.3145, 24.9, 4.5, 0.14],
  [72.5, 3.3203, 24.8, 6, 0.13],
  [75, 3.3254, 22.6, 6, 0.12],
  [77.5, 3.3302, 21.2, 4.5, 0.11],
  [80, 3.3352, 19.6, 2, 0.1],
  [85, 3.3391, 18.4, 1.5, 0.09],
  [90, 3.3414, 18.7, 1.2, 0.08],
  [92.5, 3.3426, 19.4, 1.2, 0.09],
  [95, 3.3452, 21.1, 1.5, 0.1],
  [97, 3.3504, 24.9, 5, 0.11],
  [98, 3.3597, 29.6, 11, 0.11],
  [99, 3.3958, 35, 45, 0.11],
  [100, 3.492, 35, 70, 0.12],
];

/** Points of the even grid that the rows are laid out on once, so that a look-up needs no search. */
const STEPS = 400;

function column(index: 1 | 2 | 3 | 4, scale: number): Float64Array {
  const laid = new Float64Array(STEPS + 1);
  let row = 0;
  for (let i = 0; i <= STEPS; i++) {
    const percent = (i * 100) / STEPS;
    while (row < ROWS.length - 2 && percent > (ROWS[row + 1]?.[0] ?? 100)) row++;
    const [low, high] = [ROWS[row], ROWS[row + 1]];
    if (low === undefined || high === undefined) break;
    laid[i] = scale * (low[index] + ((high[index] - low[index]) * (percent - low[0])) / (high[0] - low[0]));
  }
  return laid;
}

const MIDDLE = column(1, 1);
const HALF_GAP = column(2, 1e-3);
const SPREAD = column(3, 1e-3);
const PER_KELVIN = column(4, 1e-3);

function at(laid: Float64Array, soc: number): number {
  const place = soc <= 0 ? 0 : soc >= 1 ? STEPS : soc * STEPS;
  const index = place >= STEPS ? STEPS - 1 : Math.floor(place);
  const low = laid[index] ?? 0;
  return low + ((laid[index + 1] ?? low) - low) * (place - index);
}

/** Temperatures beyond those measured are taken at the nearest measured one (°C). */
function measured(temperature: number): number {
  return temperature < -15 ? -15 : temperature > 45 ? 45 : temperature;
}

/** Middle of both branches (V) at `soc` 0..1 and `temperature` °C; never NaN for numbers. */
export function middleVoltage(soc: number, temperature: number): number {
  return at(MIDDLE, soc) + at(PER_KELVIN, soc) * (measured(temperature) - 25);
}

/** Half of the gap between the branches (V): wider in the cold (measured 29 mV at 5 °C, 22 at 25, 18 at 45, at half charge). */
export function halfGap(soc: number, temperature: number): number {
  return at(HALF_GAP, soc) * Math.exp((25 - measured(temperature)) * 0.0125);
}

/** How far a cell of another make may lie off the curve (V, one standard deviation). */
export function curveSpread(soc: number): number {
  return at(SPREAD, soc);
}
