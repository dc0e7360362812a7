/** Opens, talks, fails to reach somebody, closes, and must then end by itself: run by a test in a process of its own. */
import { acquaint, closeAll, open, sendUntil } from './node'

async function main(): Promise<void> {
  const secret = 'long and random'
  const [a, b, c] = [await open({}, { secret }), await open({}, { secret }), await open({}, { secret: 'another' })]
  await acquaint(a, b)
  await sendUntil(a, c.peer, () => a.has('peer-refused'))
  await sendUntil(a, { id: undefined, address: '127.0.0.1:9' }, () => a.has('peer-down'))
  a.transport.send({ id: undefined, address: '127.0.0.1:19' }, { dialled: 'at the last moment' })
  await closeAll()
  console.log('closed')
}

void main()
