import { decodeMessage } from '../../streams/contracts/messages'
import { check } from '../../streams/contracts/validation'
import { ProposeReply } from '../../streams/contracts/messages'

/** A list that counts how many of its items are looked at. */
function watched(length: number): { readonly list: unknown[]; looks: () => number } {
  let looks = 0
  const list = new Proxy<unknown[]>(
    Array.from({ length }, () => ({})),
    {
      get(items, key, receiver): unknown {
        if (typeof key === 'string' && /^\d+$/.test(key)) looks++
        return Reflect.get(items, key, receiver)
      },
    },
  )
  return { list, looks: () => looks }
}

describe('what is no message at first sight', () => {
  it('is refused for the first field that it should not have, however many there are', () => {
    const strange = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`x${String(at)}`, at]))
    const refused = decodeMessage({ type: 'request-vote', ...strange })
    expect(refused).toEqual({ ok: false, reason: 'x0: should not exist' })
  })

  it('and for a list that is too long, of which nothing is looked at', () => {
    const { list, looks } = watched(100_001)
    const plain = { type: 'propose-reply', group: 0, id: 'a-1', verdict: 'accepted', expired: list }
    expect(check(ProposeReply, plain)).toEqual({
      ok: false,
      reason: 'expired: must contain no more than 100000 elements',
    })
    expect(looks()).toBe(0)
  })
})
