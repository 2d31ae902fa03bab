/** Reads YAML files and says where, to the line and column, one is wrong. */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { PROJECT_ROOT, slashed } from './project.js';
import { nearestName, UsageError } from './usage.js';

type SchemaName =
  'requirement' | 'profile' | 'capabilities' | 'departures' | 'chapters' | 'glossary' | 'front-matter' | 'changes';

export interface SpecChecker {
  /** The content of a file that follows the schema; faults are kept until `throwFaults`. */
  read(file: string, schema: SchemaName): unknown;
  /** A file that is a list of names. */
  readNames(file: string): string[];
  /** Ids are unique and not retired; every capability that is named exists. */
  checkNames(names: {
    readonly capabilities: readonly { readonly id: string }[];
    readonly retired: readonly string[];
  }): void;
  /** @throws UsageError with every fault found so far. */
  throwFaults(): void;
}

interface ReadFile {
  readonly name: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

/** The first faults are enough to begin with. */
const MOST_SHOWN = 20;

type Path = readonly (string | number)[];

/** `root`: file names in messages are relative to it. */
export function createChecker(root: string): SpecChecker {
  const faults: string[] = [];
  const files = new Map<SchemaName | 'names', ReadFile[]>();
  const ajv = new Ajv({ allErrors: true, verbose: true });
  const validators = new Map<SchemaName, ValidateFunction>();

  const validatorOf = (schema: SchemaName): ValidateFunction => {
    let validator = validators.get(schema);
    if (validator === undefined) {
      const text = readFileSync(join(PROJECT_ROOT, 'spec', 'schema', `${schema}.schema.json`), 'utf8');
      validator = ajv.compile(JSON.parse(text) as object);
      validators.set(schema, validator);
    }
    return validator;
  };

  const parse = (path: string, kind: SchemaName | 'names'): ReadFile => {
    const lines = new LineCounter();
    const name = slashed(relative(root, path));
    const document = parseDocument(readText(path, name), { lineCounter: lines, prettyErrors: false });
    for (const error of document.errors) {
      const { line, col } = lines.linePos(error.pos[0]);
      faults.push(`${name}:${line}:${col}: not YAML: ${error.message}`);
    }
    const file: ReadFile = { name, document, lines };
    files.set(kind, [...(files.get(kind) ?? []), file]);
    return file;
  };

  const checker: SpecChecker = {
    read(path: string, schema: SchemaName): unknown {
      const file = parse(path, schema);
      if (file.document.errors.length > 0) return emptyOf(schema);
      const content: unknown = file.document.toJS();
      const validator = validatorOf(schema);
      if (validator(content)) return content;
      for (const error of worthTelling(validator.errors ?? [])) {
        faults.push(`${placeOf(file, pathOf(error))}: ${explain(error)}`);
      }
      return emptyOf(schema);
    },
    readNames(path) {
      const file = parse(path, 'names');
      const content: unknown = file.document.toJS();
      if (content === null) return [];
      if (Array.isArray(content) && content.every((item) => typeof item === 'string')) return content;
      faults.push(`${file.name}:1:1: this must be a list of ids`);
      return [];
    },
    checkNames({ capabilities, retired }) {
      // A file that could not be read would be blamed at every place that names something of it.
      if (faults.length > 0) return;
      const known = capabilities.map(({ id }) => id);
      const seen = new Map<string, string>();
      for (const file of files.get('requirement') ?? []) {
        for (const [index, requirement] of itemsOf(file).entries()) {
          const place = placeOf(file, [index, 'id']);
          const first = seen.get(requirement.id);
          if (first !== undefined)
            faults.push(`${place}: ${requirement.id} is taken by ${first}; take the next free number`);
          else seen.set(requirement.id, place);
          if (retired.includes(requirement.id)) {
            faults.push(`${place}: ${requirement.id} is retired (spec/retired.yaml); take the next free number`);
          }
          for (const [at, need] of requirement.needs.entries()) {
            if (!known.includes(need))
              faults.push(`${placeOf(file, [index, 'needs', at])}: ${noCapability(need, known)}`);
          }
        }
      }
      for (const file of files.get('profile') ?? []) {
        const { mandatoryCapabilities = [] } = file.document.toJS() as { mandatoryCapabilities?: string[] };
        for (const [at, name] of mandatoryCapabilities.entries()) {
          if (known.includes(name)) continue;
          faults.push(`${placeOf(file, ['mandatoryCapabilities', at])}: ${noCapability(name, known)}`);
        }
      }
    },
    throwFaults() {
      if (faults.length === 0) return;
      const left = faults.length - MOST_SHOWN;
      const shown = left > 0 ? [...faults.slice(0, MOST_SHOWN), `and ${left} more`] : faults;
      throw new UsageError(`the specification is not right:\n${shown.join('\n')}`);
    },
  };
  return checker;
}

function readText(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new UsageError(`${name} cannot be read; it belongs to the specification`);
  }
}

function emptyOf(schema: SchemaName): unknown {
  switch (schema) {
    case 'departures':
      return { target: '', title: '', summary: '', departures: [] };
    case 'profile':
      return { id: '', title: '', description: '', requires: [] };
    case 'chapters':
      return { parts: [], companions: [] };
    case 'front-matter':
      return { title: '', subtitle: '', kernel: '', abstract: '', sections: [] };
    default:
      return [];
  }
}

function itemsOf(file: ReadFile): { readonly id: string; readonly needs: readonly string[] }[] {
  const content: unknown = file.document.errors.length > 0 ? [] : file.document.toJS();
  if (!Array.isArray(content)) return [];
  return (content as readonly unknown[]).map((item) => {
    const { id, needs } = (item ?? {}) as { readonly id?: unknown; readonly needs?: unknown };
    return {
      id: typeof id === 'string' ? id : '',
      needs: Array.isArray(needs) ? needs.filter((need) => typeof need === 'string') : [],
    };
  });
}

/** `file:line:column` of a node, or of the nearest node around it. */
function placeOf({ name, document, lines }: ReadFile, path: Path): string {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range != null) {
      const { line, col } = lines.linePos(node.range[0]);
      return `${name}:${line}:${col}`;
    }
  }
  return `${name}:1:1`;
}

function pathOf(error: ErrorObject): Path {
  const path: (string | number)[] = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')));
  const extra: unknown = error.params['additionalProperty'];
  return typeof extra === 'string' ? [...path, extra] : path;
}

/** What follows from another error says nothing new. */
function worthTelling(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  return errors.filter(({ keyword }) => keyword !== 'if' && keyword !== 'anyOf');
}

function explain(error: ErrorObject): string {
  const member = error.instancePath.split('/').findLast((part) => !/^\d*$/.test(part)) ?? '';
  const params = error.params as Readonly<Record<string, unknown>>;
  const value = JSON.stringify(error.data);
  switch (error.keyword) {
    case 'required':
      return `${String(params['missingProperty'])} is missing; add it`;
    case 'additionalProperties': {
      const extra = String(params['additionalProperty']);
      const known = Object.keys((error.parentSchema?.['properties'] ?? {}) as object);
      return `${extra} is not known here; ${hint(extra, known)}`;
    }
    case 'enum': {
      const allowed = (params['allowedValues'] as readonly unknown[]).map(String);
      return `${member} is ${value}; ${hint(String(error.data), allowed)}`;
    }
    case 'pattern':
      return `${member} is ${value}; it must match ${String(params['pattern'])}`;
    default:
      return `${member === '' ? 'this' : member} ${error.message ?? 'is wrong'}`;
  }
}

function hint(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return near === undefined ? `use one of ${known.join(', ')}` : `did you mean ${near}?`;
}

function noCapability(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return `no capability is called ${name}; ${near === undefined ? 'add it to spec/capabilities.yaml' : `did you mean ${near}?`}`;
}
