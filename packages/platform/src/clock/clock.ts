/** The platform's clock: real time, moved, stopped or sped up by whoever runs the platform. */
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
  private readonly listeners: (() => void)[] = [];

  nowMs(): number {
    return this.rate === 1
      ? Date.now() + (this.baseMs - this.baseReal)
      : Math.floor(this.baseMs + (Date.now() - this.baseReal) * this.rate);
  }

  /** Unix seconds. */
  now(): number {
    return Math.floor(this.nowMs() / 1000);
  }

  /** Moves to this instant (ms) and goes on at this speed; `speed` 0 stops it. */
  set(toMs: number, speed: number = this.rate): void {
    this.baseReal = Date.now();
    this.baseMs = toMs;
    this.rate = speed;
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
    return { offsetMs: this.nowMs() - Date.now(), speed: this.rate };
  }
}
