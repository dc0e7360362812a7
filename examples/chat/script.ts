import { claim, say, type Stage } from '../common/stage.js'
import { Terminal } from './terminal.js'

/** Three people talk, one of them is lost and comes back. */
export async function play(stage: Stage): Promise<void> {
  const terminals: Terminal[] = []
  const sits = (name: string, peer?: string): Terminal => {
    const terminal = new Terminal(name, stage, peer)
    terminals.push(terminal)
    return terminal
  }
  const end = (signal?: 'SIGTERM') => Promise.all(terminals.map(terminal => terminal.leave(signal)))
  stage.signal.addEventListener('abort', () => void end('SIGTERM'))
  try {
    await talk(sits)
  } finally {
    await end()
  }
}

async function talk(sits: (name: string, peer?: string) => Terminal): Promise<void> {
  let ann = sits('ann')
  const address = /at (\S+);/.exec(await ann.reads('ann is at'))?.[1]
  const [bob, cleo] = [sits('bob', address), sits('cleo', address)]
  await Promise.all([bob.reads('bob is at'), cleo.reads('cleo is at')])
  say('ann, bob and cleo are there, each in a process of their own')

  ann.type('hello')
  bob.type('hello, ann')
  cleo.type('good morning')
  for (const one of [ann, bob, cleo])
    for (const line of ['ann: hello', 'bob: hello, ann', 'cleo: good morning']) await one.reads(line)
  say('all three have read what each has said')

  await ann.leave('SIGKILL')
  say('the process of ann, who leads, has been killed')
  bob.type('ann?')
  await cleo.reads('bob: ann?')
  say('bob and cleo go on')

  ann = sits('ann')
  await ann.reads('bob: ann?')
  say('ann is back, on the folder that she had, and has read what she has missed')
  ann.type('here I am again')
  for (const one of [ann, bob, cleo]) await one.reads('ann: here I am again')
  const [chat, ...others] = [ann, bob, cleo].map(one => one.chat.join('\n'))
  claim(
    'all three have the same chat, line by line',
    others.every(other => other === chat),
  )
  say(`\n${chat ?? ''}`)
}
