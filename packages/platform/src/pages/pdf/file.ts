import { encode } from './font.ts';

export interface Description {
  readonly title: string;
  /** Unix seconds; the same document is the same bytes. */
  readonly created: number;
  readonly width: number;
  readonly height: number;
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** `(text)` of a document: parentheses and backslashes are escaped. */
export function literal(text: string): string {
  const escaped = encode(text).map((byte) =>
    byte === 0x28 || byte === 0x29 || byte === 0x5c ? `\\${String.fromCharCode(byte)}` : String.fromCharCode(byte),
  );
  return `(${escaped.join('')})`;
}

const date = (seconds: number): string => `(D:${new Date(seconds * 1000).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z)`;

const fontObject = (name: string): string => `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`;

/** Objects 1 to 5 are the same in every document; then each page and its content. */
const FIRST_PAGE = 6;

/**
 * A PDF 1.4 file of pages, each given as its content stream. Small enough to write ourselves: text and lines in two standard
 * fonts, no pictures, nothing compressed, so that what it says can be read by anything.
 */
export function pdfFile(pages: readonly string[], about: Description): Uint8Array<ArrayBuffer> {
  const kids = pages.map((_page, index) => `${FIRST_PAGE + 2 * index} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R /Lang (en) /ViewerPreferences << /DisplayDocTitle true >> >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    fontObject('Helvetica'),
    fontObject('Helvetica-Bold'),
    `<< /Title ${literal(about.title)} /Producer (Annex, a local simulator) /CreationDate ${date(about.created)} >>`,
    ...pages.flatMap((content, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${about.width} ${about.height}] /Resources << /Font << /regular 3 0 R /bold 4 0 R >> >> /Contents ${FIRST_PAGE + 2 * index + 1} 0 R >>`,
      `<< /Length ${latin1(content).length} >>\nstream\n${content}\nendstream`,
    ]),
  ];
  const parts = [latin1('%PDF-1.4\n%\u00e2\u00e3\u00cf\u00d3\n')];
  const offsets: number[] = [];
  let length = parts[0]!.length;
  objects.forEach((object, index) => {
    const part = latin1(`${index + 1} 0 obj\n${object}\nendobj\n`);
    offsets.push(length);
    length += part.length;
    parts.push(part);
  });
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  parts.push(
    latin1(
      `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} /Root 1 0 R /Info 5 0 R >>\nstartxref\n${length}\n%%EOF\n`,
    ),
  );
  return new Uint8Array(Buffer.concat(parts));
}
