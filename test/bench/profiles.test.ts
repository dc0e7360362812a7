import { areasOf } from './profiles'

const node = (id: number, functionName: string, url: string, children: readonly number[] = []) => {
  return { id, callFrame: { functionName, url }, children }
}

describe('a profile', () => {
  it('says whose code took the time, and counts what V8 does for it as its', () => {
    const profile = {
      nodes: [
        node(1, '(root)', '', [2, 3, 4, 5]),
        node(2, '(idle)', ''),
        node(3, '(garbage collector)', ''),
        node(4, 'settle', 'file:///app/dist/streams/sources/inbox.js', [6, 7]),
        node(5, 'send', 'file:///app/node_modules/ws/lib/sender.js', [8]),
        node(6, 'next', 'file:///app/node_modules/rxjs/dist/cjs/internal/Subject.js'),
        node(7, 'push', ''),
        node(8, 'writeGeneric', 'node:internal/stream_base_commons', [9]),
        node(9, 'writev', ''),
      ],
      samples: [2, 3, 4, 6, 7, 7, 5, 8, 9],
      timeDeltas: [100, 1, 2, 4, 8, 16, 32, 64, 128],
    }
    expect(Object.fromEntries(areasOf(profile))).toEqual({
      'the collector': 1,
      "kayak's streams": 2 + 8 + 16,
      RxJS: 4,
      "the transport's packages": 32,
      Node: 64,
      'the system: writev': 128,
    })
  })
})
