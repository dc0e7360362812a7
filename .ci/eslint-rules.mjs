// Rules of this house that no package has. test/lint plants a violation of each and sees it fail.

const TIMED = new Set([
  'auditTime',
  'bufferTime',
  'debounceTime',
  'delay',
  'interval',
  'sampleTime',
  'throttleTime',
  'timeInterval',
  'timeout',
  'timeoutWith',
  'timer',
  'timestamp',
  'windowTime',
])
/** Timed only if they are given a window, as their second argument or among their options. */
const WINDOWED = new Set(['ReplaySubject', 'shareReplay'])
/** Timed only if their options have a delay in milliseconds. */
const REPEATING = new Set(['repeat', 'retry'])
const UNFIT = new Map([
  ...['asyncScheduler', 'asapScheduler', 'queueScheduler', 'animationFrameScheduler', 'animationFrames'].map(name => [
    name,
    'is a clock or queue that the whole process shares',
  ]),
  ...['async', 'asap', 'queue', 'animationFrame'].map(name => [
    name,
    'is a clock or queue that the whole process shares',
  ]),
  ...['firstValueFrom', 'lastValueFrom'].map(name => [name, 'makes a promise']),
  ['Scheduler', "has the process's clock"],
  ['config', 'belongs to the process, not to kayak'],
])

const schema = []
const importedName = specifier =>
  specifier.imported?.type === 'Literal' ? specifier.imported.value : specifier.imported?.name
const isRxjs = source => typeof source?.value === 'string' && /^rxjs(\/|$)/.test(source.value)

/** Time and chance are injected, so RxJS's own clocks stay outside. */
const injectedTime = {
  meta: {
    type: 'problem',
    schema,
    messages: {
      door: "Import from 'rxjs' by name: '{{source}}' can't be checked.",
      unfit: "'{{name}}' {{why}}.",
      untimed: "'{{name}}' needs a scheduler argument here: without one it runs on the process's clock.",
      handed: "Call '{{name}}' by its name: what is handed on or extended may be given a window later.",
    },
  },
  create(context) {
    const { sourceCode } = context
    const { program, esTreeNodeToTSNodeMap } = sourceCode.parserServices
    const checker = program.getTypeChecker()
    const typeOf = node => checker.getTypeAtLocation(esTreeNodeToTSNodeMap.get(node))
    const property = (type, name) => checker.getPropertyOfType(checker.getNonNullableType(type), name)
    const isClock = type => property(type, 'now') !== undefined
    const hasClock = type =>
      isClock(type) || ['scheduler', 'timestampProvider'].some(name => property(type, name) !== undefined)
    const delaysByNumber = argument => {
      const delay = property(typeOf(argument), 'delay')
      if (delay === undefined) return false
      const type = checker.getTypeOfSymbolAtLocation(delay, esTreeNodeToTSNodeMap.get(argument))
      return (type.isUnion() ? type.types : [type]).some(
        part => checker.typeToString(checker.getBaseTypeOfLiteralType(part)) === 'number',
      )
    }

    function isTimed(name, call) {
      if (call.arguments.some(argument => argument.type === 'SpreadElement')) return true
      if (REPEATING.has(name)) return call.arguments.some(delaysByNumber)
      const given = call.arguments.some(argument => hasClock(typeOf(argument)))
      const hasWindow = call.arguments.some(argument => property(typeOf(argument), 'windowTime') !== undefined)
      return !given && (TIMED.has(name) || call.arguments.length > 1 || hasWindow)
    }

    function checkUses(specifier, name) {
      for (const variable of sourceCode.getDeclaredVariables(specifier))
        for (const { identifier, isTypeReference } of variable.references) {
          if (isTypeReference) continue
          const { parent } = identifier
          const isCall = ['CallExpression', 'NewExpression'].includes(parent.type) && parent.callee === identifier
          const isAsked = parent.type === 'BinaryExpression' && parent.operator === 'instanceof'
          if (!isCall && !isAsked) context.report({ node: identifier, messageId: 'handed', data: { name } })
          else if (isCall && isTimed(name, parent))
            context.report({ node: identifier, messageId: 'untimed', data: { name } })
        }
    }

    function checkName(node, name) {
      if (UNFIT.has(name)) context.report({ node, messageId: 'unfit', data: { name, why: UNFIT.get(name) } })
      else if (TIMED.has(name) || WINDOWED.has(name) || REPEATING.has(name)) return true
      return false
    }

    return {
      ImportDeclaration(node) {
        if (!isRxjs(node.source) || node.importKind === 'type') return
        const isDoor = node.source.value !== 'rxjs' && node.source.value !== 'rxjs/operators'
        if (isDoor || node.specifiers.some(specifier => specifier.type !== 'ImportSpecifier'))
          return context.report({ node, messageId: 'door', data: { source: node.source.value } })
        for (const specifier of node.specifiers) {
          const name = importedName(specifier)
          if (specifier.importKind !== 'type' && checkName(specifier, name)) checkUses(specifier, name)
        }
      },
      ExportAllDeclaration(node) {
        if (isRxjs(node.source)) context.report({ node, messageId: 'door', data: { source: node.source.value } })
      },
      ExportNamedDeclaration(node) {
        if (!isRxjs(node.source) || node.exportKind === 'type') return
        for (const { local } of node.specifiers)
          if (checkName(local, local.name))
            context.report({ node: local, messageId: 'untimed', data: { name: local.name } })
      },
      'MemberExpression[property.name="toPromise"]'(node) {
        context.report({ node, messageId: 'unfit', data: { name: 'toPromise', why: 'makes a promise' } })
      },
    }
  },
}

/** Names that exist without being imported. `names` may not be used at all, `values` only as types. */
const noAmbient = {
  meta: {
    type: 'problem',
    schema: [
      {
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(
          ['names', 'values'].map(key => [key, { type: 'array', items: { type: 'string' } }]),
        ),
      },
    ],
    messages: { ambient: "'{{name}}' comes from the surroundings: inject what you need, or do it in lib or a plugin." },
  },
  create(context) {
    const [{ names = [], values = [] } = {}] = context.options
    const report = (node, name) => context.report({ node, messageId: 'ambient', data: { name } })
    function check(reference) {
      const { name, parent } = reference.identifier
      const isType = reference.isTypeReference === true && reference.isValueReference !== true
      if (names.includes(name) || (values.includes(name) && !isType)) return report(reference.identifier, name)
      const isRandom =
        name === 'Math' && (parent.type !== 'MemberExpression' || parent.computed || parent.property.name === 'random')
      if (isRandom && !isType) report(reference.identifier, 'Math.random')
    }
    return {
      'Program:exit'(node) {
        const scope = context.sourceCode.getScope(node)
        const ambient = scope.variables.filter(variable => variable.defs.length === 0)
        new Set([...scope.through, ...ambient.flatMap(variable => variable.references)]).forEach(check)
      },
    }
  },
}

/** A promise resolves on a microtask that virtual time can't order. */
const noAsync = {
  meta: {
    type: 'problem',
    schema,
    messages: {
      async: 'No promise inside streams: virtual time cannot order it. What returns a promise lives in lib.',
    },
  },
  create(context) {
    const { program, esTreeNodeToTSNodeMap } = context.sourceCode.parserServices
    const checker = program.getTypeChecker()
    const report = node => context.report({ node, messageId: 'async' })
    const reportPromise = node => {
      const type = checker.getNonNullableType(checker.getTypeAtLocation(esTreeNodeToTSNodeMap.get(node)))
      if (checker.getPropertyOfType(type, 'then') !== undefined) report(node)
    }
    return {
      CallExpression: reportPromise,
      ':function[async=true]': report,
      AwaitExpression: report,
      'ForOfStatement[await=true]': report,
      ImportExpression: report,
    }
  },
}

/** A cast is a claim that the compiler can't check; the comment beside it says why it holds. */
const castWithComment = {
  meta: {
    type: 'problem',
    schema,
    messages: { bare: 'Say in a comment beside this cast why it holds, or narrow the type instead.' },
  },
  create(context) {
    const lines = new Set()
    for (const { loc } of context.sourceCode.getAllComments())
      for (let line = loc.start.line; line <= loc.end.line; line++) lines.add(line)
    return {
      TSAsExpression(node) {
        const isConst = node.typeAnnotation.type === 'TSTypeReference' && node.typeAnnotation.typeName.name === 'const'
        if (isConst) return
        for (let line = node.loc.start.line - 1; line <= node.loc.end.line; line++) if (lines.has(line)) return
        context.report({ node, messageId: 'bare' })
      },
    }
  },
}

/** Whoever turns a rule off says why, after `--`. */
const disableWithReason = {
  meta: { type: 'problem', schema, messages: { bare: 'Say after ` -- ` why this rule is turned off here.' } },
  create(context) {
    return {
      Program() {
        for (const { value, loc } of context.sourceCode.getAllComments())
          if (/^\s*eslint-disable/.test(value) && !/\s--\s+\S/.test(value))
            // Before the line itself, where the comment can't turn this rule off too.
            context.report({ loc: { start: { line: loc.start.line, column: -1 }, end: loc.end }, messageId: 'bare' })
      },
    }
  },
}

export default {
  meta: { name: 'kayak' },
  rules: {
    'cast-with-comment': castWithComment,
    'disable-with-reason': disableWithReason,
    'injected-time': injectedTime,
    'no-ambient': noAmbient,
    'no-async': noAsync,
  },
}
