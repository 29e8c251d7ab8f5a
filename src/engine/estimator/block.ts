/** What came together since the voltage was last compared with the model: sums over about a minute. */

export class Block {
  /** s. */
  time = 0;
  /** s in which the current sensor showed something. */
  sensed = 0;
  /** Charge that flowed, offset taken off, in configured capacities; and how far SOC moved back and forth. */
  charge = 0;
  moved = 0;
  #seen = 0;
  #voltage = 0;
  #shown = 0;
  #added = 0;
  #soc = 0;

  count(charge: number, change: number, dt: number, blind: boolean): void {
    this.time += dt;
    if (!blind) this.sensed += dt;
    this.charge += charge;
    this.moved += Math.abs(change);
  }

  /** A cell stood at `voltage` V, of which the current made `added`, at `soc` in the mean of `dt` s. */
  see(voltage: number, added: number, soc: number, dt: number): void {
    this.#seen += dt;
    this.#shown += voltage * dt;
    this.#voltage += (voltage - added) * dt;
    this.#added += added * dt;
    this.#soc += soc * dt;
  }

  /** Seconds in which a voltage was seen. */
  get seen(): number {
    return this.#seen;
  }

  /** Mean voltage as it was shown (V). */
  get shown(): number {
    return this.#shown / this.#seen;
  }

  /** Mean voltage without what the current made (V). */
  get voltage(): number {
    return this.#voltage / this.#seen;
  }

  /** Mean of what the current made (V). */
  get added(): number {
    return this.#added / this.#seen;
  }

  get soc(): number {
    return this.#soc / this.#seen;
  }

  /** Starts the sums of what was counted anew. */
  clearCount(): void {
    this.time = 0;
    this.sensed = 0;
    this.charge = 0;
    this.moved = 0;
  }

  /** Starts the sums of what was seen anew. */
  clearSeen(): void {
    this.#seen = 0;
    this.#shown = 0;
    this.#voltage = 0;
    this.#added = 0;
    this.#soc = 0;
  }
}
