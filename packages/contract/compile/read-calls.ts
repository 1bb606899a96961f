import { parseSync } from 'oxc-parser';
import type { Ast } from './read-types.ts';
import type { Call } from './syntax.ts';

/** The value of a literal expression; functions and names come to `undefined`. */
function literal(node: Ast): unknown {
  if (!node) return undefined;
  if (node.type === 'Literal') return node.value;
  if (node.type === 'ArrayExpression') return node.elements.map(literal);
  if (node.type !== 'ObjectExpression') return undefined;
  const properties = node.properties.filter((each: Ast) => each.type === 'Property');
  return Object.fromEntries(properties.map((each: Ast) => [each.key.name ?? String(each.key.value), literal(each.value)]));
}

/** `/v1/customers/${encodeURIComponent(id)}` → `/v1/customers/{id}`; undefined for a computed path. */
function pathText(node: Ast): string | undefined {
  if (node.type === 'Literal') return node.value;
  if (node.type !== 'TemplateLiteral') return undefined;
  let text: string = node.quasis[0].value.cooked;
  node.expressions.forEach((expression: Ast, index: number) => {
    const name = expression.type === 'CallExpression' ? expression.arguments[0].name : '?';
    text += `{${name}}${node.quasis[index + 1].value.cooked}`;
  });
  return text;
}

/** Every `_makeRequest(method, path, …)` with a path that is written out. */
export function readCalls(text: string, file: string): Call[] {
  if (!text.includes('_makeRequest(')) return [];
  const found: Call[] = [];
  const visit = (node: Ast, place: { cls: string; method: string }): void => {
    if (!node || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const each of node) visit(each, place);
      return;
    }
    if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && node.callee.property.name === '_makeRequest') {
      const path = pathText(node.arguments[1]);
      const options = (literal(node.arguments[4]) ?? {}) as Record<string, unknown>;
      if (path !== undefined) found.push({ file, ...place, http: String(literal(node.arguments[0])), path, options });
    }
    for (const key in node) if (key !== 'type' && typeof node[key] === 'object') visit(node[key], place);
  };
  const { program } = parseSync(file, text, { sourceType: 'module' });
  for (const statement of program.body as Ast[]) {
    const node = statement.type === 'ExportNamedDeclaration' && statement.declaration ? statement.declaration : statement;
    if (node.type !== 'ClassDeclaration') continue;
    for (const member of node.body.body) {
      if (member.type === 'MethodDefinition') visit(member.value.body, { cls: node.id.name, method: member.key.name });
    }
  }
  return found;
}
