import { parseSync } from 'oxc-parser';
import type { Declaration, Interface, Method, Module, Property, Scope, TypeText } from './syntax.ts';

// biome-ignore lint/suspicious/noExplicitAny: a syntax tree is what the parser says it is
export type Ast = any;

interface Comment {
  readonly type: string;
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

const cleaned = (text: string): string =>
  text
    .replace(/^\*+/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, ''))
    .join('\n')
    .trim();

export const qualified = (node: Ast): string => {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'TSQualifiedName') return `${qualified(node.left)}.${node.right.name}`;
  return node.type === 'MemberExpression' ? `${qualified(node.object)}.${node.property.name}` : '?';
};

const nameOf = (key: Ast): string => (key.type === 'Identifier' ? key.name : String(key.value));
const argsOf = (node: Ast): TypeText[] => ((node.typeArguments ?? node.typeParameters)?.params ?? []).map(typeText);

const KEYWORDS: Readonly<Record<string, string>> = {
  TSStringKeyword: 'string',
  TSNumberKeyword: 'number',
  TSBooleanKeyword: 'boolean',
  TSVoidKeyword: 'void',
  TSAnyKeyword: 'any',
  TSUnknownKeyword: 'unknown',
  TSBigIntKeyword: 'bigint',
  TSNullKeyword: 'null',
  TSNeverKeyword: 'never',
  TSUndefinedKeyword: 'undefined',
  TSObjectKeyword: 'object',
};

function typeText(node: Ast): TypeText {
  const keyword = KEYWORDS[node.type];
  if (keyword !== undefined) return { t: 'keyword', name: keyword };
  switch (node.type) {
    case 'TSParenthesizedType':
      return typeText(node.typeAnnotation);
    case 'TSLiteralType':
      return { t: 'literal', value: node.literal.value };
    case 'TSUnionType':
      return { t: 'union', members: node.types.map(typeText) };
    case 'TSIntersectionType':
      return { t: 'intersection', members: node.types.map(typeText) };
    case 'TSArrayType':
      return { t: 'reference', name: 'Array', args: [typeText(node.elementType)] };
    case 'TSTypeReference':
      return { t: 'reference', name: qualified(node.typeName), args: argsOf(node) };
    case 'TSInterfaceHeritage':
    case 'TSClassImplements':
      return { t: 'reference', name: qualified(node.expression), args: argsOf(node) };
    case 'TSTypeLiteral': {
      const { properties, index } = new TypeFile('', []).members(node.members);
      return { t: 'object', properties, index };
    }
    default:
      return { t: 'other', name: node.type };
  }
}

function parameters(list: readonly Ast[]): Method['parameters'] {
  return list.map((given) => {
    const id = given.type === 'AssignmentPattern' ? given.left : given;
    const type: TypeText = id.typeAnnotation ? typeText(id.typeAnnotation.typeAnnotation) : { t: 'keyword', name: 'any' };
    return { name: id.name, optional: id.optional === true, type };
  });
}

function declare(scope: Scope, name: string): Declaration {
  let declaration = scope.get(name);
  if (declaration === undefined) {
    declaration = {};
    scope.set(name, declaration);
  }
  return declaration;
}

/** One `.d.ts` with its comments. */
class TypeFile {
  private readonly text: string;
  private readonly comments: readonly Comment[];

  constructor(text: string, comments: readonly Comment[]) {
    this.text = text;
    this.comments = comments;
  }

  members(nodes: readonly Ast[]): Interface {
    const found: Interface = { properties: [], methods: [], extends: [], index: undefined };
    for (const node of nodes) {
      switch (node.type) {
        case 'TSPropertySignature':
        case 'PropertyDefinition':
          if (node.typeAnnotation) found.properties.push(this.property(node));
          break;
        case 'TSIndexSignature':
          found.index = typeText(node.typeAnnotation.typeAnnotation);
          break;
        case 'TSMethodSignature':
          found.methods.push(method(node, node));
          break;
        case 'MethodDefinition':
        case 'TSAbstractMethodDefinition':
          found.methods.push(method(node, node.value));
          break;
      }
    }
    return found;
  }

  statements(list: readonly Ast[], scope: Scope, module: Module): void {
    for (const statement of list) {
      const node = statement.type === 'ExportNamedDeclaration' && statement.declaration ? statement.declaration : statement;
      this.statement(node, scope, module);
    }
  }

  private statement(node: Ast, scope: Scope, module: Module): void {
    switch (node.type) {
      case 'TSInterfaceDeclaration':
        this.interface(node, declare(scope, node.id.name));
        break;
      case 'TSTypeAliasDeclaration':
        declare(scope, node.id.name).alias = typeText(node.typeAnnotation);
        break;
      case 'ClassDeclaration':
        declare(scope, node.id.name).cls = this.members(node.body.body);
        break;
      case 'TSModuleDeclaration':
        this.namespace(node, scope, module);
        break;
      case 'ImportDeclaration':
        for (const each of node.specifiers) {
          const name =
            each.type === 'ImportNamespaceSpecifier' ? '*' : each.type === 'ImportDefaultSpecifier' ? 'default' : each.imported.name;
          module.imports.set(each.local.name, { from: node.source.value, name });
        }
        break;
      case 'TSImportEqualsDeclaration':
        declare(scope, node.id.name).imports = qualified(node.moduleReference);
        break;
      case 'ExportAllDeclaration':
        module.stars.push(node.source.value);
        break;
      case 'ExportNamedDeclaration':
        exported(node, scope, module);
        break;
    }
  }

  private interface(node: Ast, declaration: Declaration): void {
    const made = this.members(node.body.body);
    made.extends.push(...(node.extends ?? []).map(typeText));
    const known = declaration.iface;
    if (known === undefined) declaration.iface = made;
    else {
      known.properties.push(...made.properties);
      known.methods.push(...made.methods);
      known.extends.push(...made.extends);
    }
  }

  private namespace(node: Ast, scope: Scope, module: Module): void {
    let body = node;
    let inner = scope;
    for (const part of qualified(node.id).split('.')) {
      const declaration = declare(inner, part);
      declaration.namespace ??= new Map();
      inner = declaration.namespace;
    }
    while (body.body.type === 'TSModuleDeclaration') {
      body = body.body;
      const declaration = declare(inner, body.id.name);
      declaration.namespace ??= new Map();
      inner = declaration.namespace;
    }
    this.statements(body.body.body, inner, module);
  }

  private property(node: Ast): Property {
    return {
      name: nameOf(node.key),
      optional: node.optional === true,
      type: typeText(node.typeAnnotation.typeAnnotation),
      doc: this.doc(node),
    };
  }

  /** The block comment that ends right before a node. */
  private doc(node: Ast): string | undefined {
    let low = 0;
    let high = this.comments.length - 1;
    let best = -1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (this.comments[middle]!.end <= node.start) {
        best = middle;
        low = middle + 1;
      } else high = middle - 1;
    }
    const comment = this.comments[best];
    if (comment?.type !== 'Block' || this.text.slice(comment.end, node.start).trim() !== '') return undefined;
    const text = cleaned(comment.value);
    const tags = text.search(/(^|\n)@\w/);
    return (tags >= 0 ? text.slice(0, tags) : text).trim() || undefined;
  }
}

const method = (node: Ast, signature: Ast): Method => ({
  name: nameOf(node.key),
  parameters: parameters(signature.params),
  returns: signature.returnType ? typeText(signature.returnType.typeAnnotation) : undefined,
});

function exported(node: Ast, scope: Scope, module: Module): void {
  const from = node.source?.value;
  for (const each of node.specifiers) {
    const [local, name] = [each.local.name, each.exported.name];
    if (from !== undefined) module.reexports.set(name, { from, name: local });
    else if (scope !== module.scope || local !== name) declare(scope, name).reexports = local;
  }
}

/** Reads one declaration file. Throws where the parser does not understand it. */
export function readTypes(text: string, file: string): Module {
  const parsed = parseSync(file, text, { lang: 'dts', sourceType: 'module' });
  if (parsed.errors.length > 0) throw new Error(`${file}: ${parsed.errors[0]!.message}`);
  const module: Module = { file, scope: new Map(), imports: new Map(), reexports: new Map(), stars: [] };
  new TypeFile(text, parsed.comments as readonly Comment[]).statements(parsed.program.body as Ast[], module.scope, module);
  return module;
}
