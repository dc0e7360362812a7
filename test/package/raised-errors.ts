import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { ROOT } from './pages'

/** An error as a place of the sources raises it: with one of these codes, one of these outcomes, and these details. */
export interface Raised {
  readonly file: string
  readonly codes: readonly string[]
  readonly outcomes: readonly string[]
  readonly details: readonly string[]
}

const ANY_OUTCOME = ['rejected', 'unknown']

/** The nodes of a tree that are of a kind. */
function find<N extends ts.Node>(root: ts.Node, is: (node: ts.Node) => node is N): readonly N[] {
  const found: N[] = []
  const visit = (node: ts.Node): void => {
    if (is(node)) found.push(node)
    node.forEachChild(visit)
  }
  visit(root)
  return found
}

/** What an expression may be: both sides of a condition, and what a constant was made with. */
function possible(expression: ts.Expression, source: ts.SourceFile): readonly ts.Expression[] {
  if (ts.isParenthesizedExpression(expression)) return possible(expression.expression, source)
  if (ts.isConditionalExpression(expression))
    return [expression.whenTrue, expression.whenFalse].flatMap(one => possible(one, source))
  if (!ts.isIdentifier(expression)) return [expression]
  const made = find(source, ts.isVariableDeclaration).filter(
    ({ name, initializer }) => initializer !== undefined && name.getText(source) === expression.text,
  )
  return made.length === 1 && made[0]?.initializer !== undefined ? possible(made[0].initializer, source) : [expression]
}

const literals = (expression: ts.Expression, source: ts.SourceFile): readonly (string | undefined)[] =>
  possible(expression, source).map(one => (ts.isStringLiteral(one) ? one.text : undefined))

const codesIn = (root: ts.Node): readonly string[] =>
  find(root, ts.isStringLiteral).flatMap(({ text }) => (text.startsWith('KAYAK_') ? [text] : []))

/** The codes that a type allows, also where it is an alias of the same file. */
function codesOfType(type: ts.TypeNode, source: ts.SourceFile): readonly string[] {
  const alias = find(source, ts.isTypeAliasDeclaration).find(({ name }) => name.text === type.getText(source))
  return codesIn(alias ?? type)
}

/** Those that are named; where none is, what its parameter may be, or any that the file names. */
function codesOf(code: ts.Expression | undefined, source: ts.SourceFile): readonly string[] {
  const known = (code === undefined ? [] : literals(code, source)).flatMap(one => one ?? [])
  if (known.length > 0) return known
  for (let node: ts.Node | undefined = code; node !== undefined; node = node.parent) {
    const parameters = ts.isFunctionLike(node) ? node.parameters : []
    const own = parameters.find(({ name }) => name.getText(source) === code?.getText(source))
    if (own?.type !== undefined) return codesOfType(own.type, source)
  }
  return codesIn(source)
}

function detailsOf(details: ts.Expression | undefined, source: ts.SourceFile): readonly ts.ObjectLiteralElementLike[] {
  if (details === undefined) return []
  return possible(details, source).flatMap(one => (ts.isObjectLiteralExpression(one) ? [...one.properties] : []))
}

function outcomesOf(details: readonly ts.ObjectLiteralElementLike[], source: ts.SourceFile): readonly string[] {
  const outcome = details.find(({ name }) => name?.getText(source) === 'outcome')
  if (outcome === undefined) return ['rejected']
  if (!ts.isPropertyAssignment(outcome)) return ANY_OUTCOME
  const known = literals(outcome.initializer, source)
  return known.includes(undefined) ? ANY_OUTCOME : known.flatMap(one => one ?? [])
}

function raisedIn(file: string): readonly Raised[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  if (!text.includes('new KayakError(')) return []
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true)
  return find(source, ts.isNewExpression)
    .filter(({ expression }) => expression.getText(source) === 'KayakError')
    .map(({ arguments: [code, , details] = [] }) => {
      const properties = detailsOf(details, source)
      const names = properties.flatMap(({ name }) => name?.getText(source) ?? [])
      return { file, codes: codesOf(code, source), outcomes: outcomesOf(properties, source), details: names }
    })
}

/** Every error that kayak raises, as its sources say; but for what only tests are made of. */
export const raisedErrors = (): readonly Raised[] =>
  ['lib', 'streams', 'plugins'].flatMap(room =>
    readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
      .map(file => `${room}/${file}`)
      .filter(file => file.endsWith('.ts') && !file.startsWith('lib/testing/'))
      .flatMap(raisedIn),
  )
