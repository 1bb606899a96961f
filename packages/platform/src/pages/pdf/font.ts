/**
 * The two fonts of our documents. Every PDF reader has them (they are of the standard fourteen), so nothing is embedded and
 * all text can be selected and searched. They write what Windows-1252 has.
 */
export type Font = 'regular' | 'bold';

const REGULAR =
  '278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584';
const BOLD =
  '278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 333 333 584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556 333 556 611 556 611 556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 333 611 556 778 556 556 500 389 280 389 584';
const WIDTHS: Readonly<Record<Font, readonly number[]>> = { regular: REGULAR.split(' ').map(Number), bold: BOLD.split(' ').map(Number) };
/** Most letters with accents are as wide as this. */
const OTHER = 556;

/** Windows-1252 where it differs from Latin-1. */
const SPECIAL: Readonly<Record<string, number>> = {
  '€': 0x80,
  '‚': 0x82,
  ƒ: 0x83,
  '„': 0x84,
  '…': 0x85,
  '†': 0x86,
  '‡': 0x87,
  ˆ: 0x88,
  '‰': 0x89,
  Š: 0x8a,
  '‹': 0x8b,
  Œ: 0x8c,
  Ž: 0x8e,
  '‘': 0x91,
  '’': 0x92,
  '“': 0x93,
  '”': 0x94,
  '•': 0x95,
  '–': 0x96,
  '—': 0x97,
  '˜': 0x98,
  '™': 0x99,
  š: 0x9a,
  '›': 0x9b,
  œ: 0x9c,
  ž: 0x9e,
  Ÿ: 0x9f,
};

/** The byte of a character: its own, that of its letter without the accent, or a question mark. */
function byteOf(character: string): number {
  const code = character.codePointAt(0)!;
  if ((code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff)) return code;
  const special = SPECIAL[character];
  if (special !== undefined) return special;
  if (/\s/.test(character)) return 0x20;
  const plain = character.normalize('NFKD').charCodeAt(0);
  return plain >= 0x20 && plain < 0x7f ? plain : 0x3f;
}

/** Text as the bytes of a document. */
export const encode = (text: string): number[] => [...text].map(byteOf);

/** How wide a text is, in points. */
export function widthOf(text: string, font: Font, size: number): number {
  const widths = WIDTHS[font];
  return (encode(text).reduce((sum, byte) => sum + (widths[byte - 0x20] ?? OTHER), 0) * size) / 1000;
}

/** Breaks a text into lines that fit, at spaces where there are any. */
export function wrap(text: string, font: Font, fit: { size: number; width: number }): string[] {
  const lines: string[] = [];
  const fits = (line: string): boolean => widthOf(line, font, fit.size) <= fit.width;
  for (const paragraph of text.split(/\r?\n/)) {
    let line = '';
    for (const word of paragraph.split(/\s+/)) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (fits(longer)) {
        line = longer;
        continue;
      }
      if (line !== '') lines.push(line);
      line = word;
      // A word that is wider than the column is cut.
      while (!fits(line)) {
        let cut = line.length - 1;
        while (cut > 1 && !fits(line.slice(0, cut))) cut -= 1;
        lines.push(line.slice(0, cut));
        line = line.slice(cut);
      }
    }
    lines.push(line);
  }
  return lines;
}
