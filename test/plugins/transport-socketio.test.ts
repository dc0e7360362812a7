import { transportKit } from '../../lib/testing/transport-kit'
import { systemClock } from '../../plugins/clock'
import { systemRandom } from '../../plugins/random'
import { socketioTransport } from '../../plugins/transport-socketio'
import { settle } from './socketio/settle'

describe('the contract', () => {
  const kit = transportKit(() => ({
    transport: () => socketioTransport(),
    clock: systemClock(),
    random: systemRandom(),
    settle,
  }))
  for (const { name, run } of kit) test(name, run)
})
