import { ARRAY_MAX_SIZE, getMetadataStorage } from 'class-validator'

/** Which fields a class has, and how many items those may have that are lists. */
interface Shape {
  readonly names: ReadonlySet<string>
  readonly most: ReadonlyMap<string, number>
}

function shapeOf(Type: new () => object): Shape {
  const metadatas = getMetadataStorage().getTargetValidationMetadatas(Type, '', false, false)
  const bounds = metadatas.filter(({ name }) => name === ARRAY_MAX_SIZE)
  return {
    names: new Set(metadatas.map(({ propertyName }) => propertyName)),
    // what the decorator is given
    most: new Map(bounds.map(({ propertyName, constraints }) => [propertyName, constraints[0] as number])),
  }
}

const shapes = new WeakMap<object, Shape>()

/**
 * What is wrong with a plain value at first sight: a field that its class doesn't have, or a list that is too long. What a
 * stranger sends may have hundreds of thousands, of which class-validator would look at every one.
 */
export function misshapen(Type: new () => object, plain: object): string | undefined {
  const shape = shapes.get(Type) ?? shapeOf(Type)
  shapes.set(Type, shape)
  const strange = Object.keys(plain).find(key => !shape.names.has(key))
  if (strange !== undefined) return `${strange.slice(0, 64)}: should not exist`
  for (const [name, most] of shape.most) {
    const list: unknown = (plain as Record<string, unknown>)[name] // any object has keys
    if (Array.isArray(list) && list.length > most) return `${name}: must contain no more than ${String(most)} elements`
  }
  return undefined
}
