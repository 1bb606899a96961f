/** What a reader of a PDF finds, by the structure of the file: cross-references, the tree of pages, their content. */
export interface ReadPdf {
  readonly title: string;
  readonly pages: number;
  /** Of the first page, in points. */
  readonly size: readonly [number, number];
  /** All text, one piece a line. */
  readonly text: string;
}

const WINDOWS = new TextDecoder('windows-1252');
const plain = (literal: string): string => WINDOWS.decode(Buffer.from(literal.replaceAll(/\\([()\\])/g, '$1'), 'latin1'));

/** Reads as a strict reader does: from the end, by the table of offsets. Throws where anything does not lead to where it should. */
export function readPdf(file: Buffer): ReadPdf {
  const source = file.toString('latin1');
  const fail = (what: string): never => {
    throw new Error(`not a PDF that opens: ${what}`);
  };
  if (!source.startsWith('%PDF-1.')) fail('no header');
  const start = Number(/startxref\n(\d+)\n%%EOF\s*$/.exec(source)?.[1] ?? fail('no startxref'));
  const table = /^xref\n0 (\d+)\n/.exec(source.slice(start)) ?? fail('no cross-references where they should be');
  const count = Number(table[1]);
  const rows = source
    .slice(start + table[0].length)
    .split('\n')
    .slice(0, count);
  const object = (reference: string): string => {
    const number = Number.parseInt(reference, 10);
    const offset = Number.parseInt(rows[number]!, 10);
    const body = source.slice(offset);
    if (!body.startsWith(`${number} 0 obj\n`)) fail(`object ${number} is not at ${offset}`);
    return body.slice(0, body.indexOf('\nendobj'));
  };
  const ref = (dictionary: string, name: string): string => new RegExp(`/${name} (\\d+ 0 R)`).exec(dictionary)?.[1] ?? fail(`no ${name}`);
  const trailer = source.slice(source.indexOf('trailer', start));
  if (!trailer.includes(`/Size ${count}`)) fail('the trailer counts other objects than the table');
  const tree = object(ref(object(ref(trailer, 'Root')), 'Pages'));
  const kids = /\/Kids \[([^\]]*)\]/.exec(tree)![1]!.match(/\d+ 0 R/g)!;
  if (!tree.includes(`/Count ${kids.length}`)) fail('the tree counts other pages than it has');
  const pages = kids.map((kid) => object(kid));
  const text = pages.flatMap((page) => {
    const content = object(ref(page, 'Contents'));
    const [, length, stream] = /\/Length (\d+) >>\nstream\n([\s\S]*)\nendstream$/.exec(content) ?? fail('no stream');
    if (stream!.length !== Number(length)) fail('a stream of another length than it says');
    return [...stream!.matchAll(/\(((?:\\.|[^\\()])*)\) Tj/g)].map((match) => plain(match[1]!));
  });
  const [, width, height] = /\/MediaBox \[0 0 (\d+) (\d+)\]/.exec(pages[0]!)!;
  const title = plain(/\/Title \(((?:\\.|[^\\()])*)\)/.exec(object(ref(trailer, 'Info')))![1]!);
  return { title, pages: pages.length, size: [Number(width), Number(height)], text: text.join('\n') };
}
