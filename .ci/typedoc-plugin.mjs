// What the reference needs besides typedoc: entry points by the names that consumers import, and links to what another
// entry point exports.
import { Converter, ReflectionKind } from 'typedoc'

const DOORS = [
  [/^lib$/, 'kayak'],
  [/^streams\/operators$/, 'kayak/streams'],
  [/^lib\/(\w+)$/, 'kayak/$1'],
  [/^plugins\/(.*)$/, 'kayak/plugins/$1'],
]

const doorOf = name => DOORS.reduce((door, [source, target]) => door.replace(source, target), name)

export function load({ converter }) {
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) module.name = doorOf(module.name)
  })
  converter.addUnknownSymbolResolver(({ symbolReference, moduleSource }, from) => {
    const [first, further] = symbolReference?.path ?? []
    if (first === undefined || further !== undefined || moduleSource !== undefined) return undefined
    const named = from.project.getReflectionsByKind(ReflectionKind.SomeExport).filter(({ name }) => name === first.path)
    const target = named.find(({ parent }) => parent?.name === 'kayak') ?? named[0]
    return target && { target }
  })
}
