/**
 * The platform's clock: real time, moved, stopped or sped up by whoever runs the platform. It never shows a later instant than the first
 * thing that fell due and is not done: moved on by a year it climbs from due to due, so that each happens, and is told, at its time.
 */
export interface ClockState {
  /** Milliseconds added to real time. */
  readonly offsetMs: number;
  /** Simulated milliseconds per real one; 0 while it stands still. */
  readonly speed: number;
}

/** What makes a clock: at this real instant (ms) it showed that one (ms), and went at this rate. */
export interface ClockSetting {
  readonly base_real: number;
  readonly base_ms: number;
  readonly rate: number;
}

export class Clock {
  private baseReal = Date.now();
  private baseMs = this.baseReal;
  private rate = 1;
  private shown = this.baseReal;
  private firstDue: () => number | undefined = () => undefined;
  private held = false;
  private readonly listeners: (() => void)[] = [];

  nowMs(): number {
    const free = this.freeMs();
    const due = this.firstDue();
    if (due === undefined || due >= free) this.shown = free;
    else {
      this.held = true;
      this.shown = Math.max(this.shown, due);
    }
    return this.shown;
  }

  /** What it would show if everything due were done. */
  private freeMs(): number {
    return this.rate === 1
      ? Date.now() + (this.baseMs - this.baseReal)
      : Math.floor(this.baseMs + (Date.now() - this.baseReal) * this.rate);
  }

  /** `firstDue` tells the instant (ms) of the first thing that waits on this clock. */
  holdFor(firstDue: () => number | undefined): void {
    this.firstDue = firstDue;
  }

  /** Whether things that fell due are still to be done, so that it shows an earlier instant than it was moved to. */
  get behind(): boolean {
    const due = this.firstDue();
    return due !== undefined && due <= this.freeMs();
  }

  /** Everything due is done: whoever waits for an instant must look again. */
  release(): void {
    if (!this.held || this.behind) return;
    this.held = false;
    this.tell();
  }

  /** Unix seconds. */
  now(): number {
    return Math.floor(this.nowMs() / 1000);
  }

  /** Moves to this instant (ms) and goes on at this speed; `speed` 0 stops it. */
  set(toMs: number, speed: number = this.rate): void {
    this.shown = Math.min(this.nowMs(), toMs);
    this.baseReal = Date.now();
    this.baseMs = toMs;
    this.rate = speed;
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  /** Called after each move or change of speed: whoever waits for an instant must look again. */
  onMoved(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Whether it shows anything else than real time. */
  get moved(): boolean {
    return this.rate !== 1 || this.baseMs !== this.baseReal;
  }

  get setting(): ClockSetting {
    return { base_real: this.baseReal, base_ms: this.baseMs, rate: this.rate };
  }

  /** Goes on as a clock of this setting would have gone on. */
  resume(setting: ClockSetting): void {
    this.set(setting.base_ms + (Date.now() - setting.base_real) * setting.rate, setting.rate);
  }

  get state(): ClockState {
    return { offsetMs: this.freeMs() - Date.now(), speed: this.rate };
  }
}
