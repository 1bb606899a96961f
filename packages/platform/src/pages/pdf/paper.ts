import { type Description, literal, pdfFile } from './file.ts';
import { type Font, widthOf, wrap } from './font.ts';

export interface Style {
  readonly font?: Font;
  readonly size?: number;
  /** `#rrggbb` */
  readonly colour?: string;
}

const INK = '#1a1a24';
/** Reads at 4.5:1 and better on white. */
export const QUIET = '#5d5d6b';
const LINE = '#d9d9e0';
export const MARGIN = 48;
const LEADING = 1.4;

const channels = (colour: string): string =>
  [1, 3, 5].map((at) => (Number.parseInt(colour.slice(at, at + 2), 16) / 255).toFixed(3)).join(' ');

/** Sheets that are written on from the top: what is lowest is remembered, and a new sheet begins where the old one is full. */
export class Paper {
  readonly width: number;
  readonly height: number;
  /** How far down the next thing begins, in points from the top. */
  y = MARGIN;
  private readonly pages: string[][] = [[]];
  /** What is written on top of every further sheet. */
  private readonly again: (paper: Paper) => void;

  constructor(size: { width: number; height: number }, again: (paper: Paper) => void = () => {}) {
    this.width = size.width;
    this.height = size.height;
    this.again = again;
  }

  get right(): number {
    return this.width - MARGIN;
  }

  private draw(operation: string): void {
    this.pages.at(-1)!.push(operation);
  }

  /** Begins a new sheet unless so many points are left on this one. */
  need(points: number): void {
    if (this.y + points <= this.height - MARGIN - 24) return;
    this.pages.push([]);
    this.y = MARGIN;
    this.again(this);
  }

  /** Writes at a place; `y` is the top of the letters. */
  at(x: number, y: number, text: string, style: Style = {}): void {
    const { font = 'regular', size = 9, colour = INK } = style;
    const baseline = this.height - y - size * 0.78;
    this.draw(`BT /${font} ${size} Tf ${channels(colour)} rg 1 0 0 1 ${x.toFixed(2)} ${baseline.toFixed(2)} Tm ${literal(text)} Tj ET`);
  }

  /** Writes so that the text ends at a place. */
  endAt(x: number, y: number, text: string, style: Style = {}): void {
    this.at(x - widthOf(text, style.font ?? 'regular', style.size ?? 9), y, text, style);
  }

  /** Writes a text into a column, broken where it must be. Answers how far down it reaches. */
  column(x: number, y: number, text: string, style: Style & { width: number }): number {
    const { font = 'regular', size = 9 } = style;
    const lines = wrap(text, font, { size, width: style.width });
    lines.forEach((line, index) => {
      this.at(x, y + index * size * LEADING, line, style);
    });
    return y + lines.length * size * LEADING;
  }

  rule(y: number, colour: string = LINE, from = MARGIN): void {
    const at = (this.height - y).toFixed(2);
    this.draw(`${channels(colour)} RG 0.75 w ${from.toFixed(2)} ${at} m ${this.right.toFixed(2)} ${at} l S`);
  }

  /** A bar of a colour over the whole width, at the very top. */
  bar(colour: string, points: number): void {
    this.draw(`${channels(colour)} rg 0 ${(this.height - points).toFixed(2)} ${this.width} ${points} re f`);
  }

  /** The file, with `left` and the number of each sheet at its foot. */
  finish(about: Omit<Description, 'width' | 'height'>, left: string): Uint8Array<ArrayBuffer> {
    const count = this.pages.length;
    const y = this.height - MARGIN + 8;
    const sheets = this.pages.map((operations, index) => {
      const foot = new Paper(this);
      foot.at(MARGIN, y, left, { size: 7.5, colour: QUIET });
      foot.endAt(foot.right, y, `Page ${index + 1} of ${count}`, { size: 7.5, colour: QUIET });
      return [...operations, ...foot.pages[0]!].join('\n');
    });
    return pdfFile(sheets, { ...about, width: this.width, height: this.height });
  }
}
