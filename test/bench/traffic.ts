import type { Transport } from '../../streams/contracts/transport'
import type { BuiltKayak } from './built-kayak'

/** What a member has sent. */
export interface Traffic {
  readonly messages: number
  readonly types: Readonly<Record<string, number>>
}

/** The default transport, which counts what is sent through it. */
export function countedTransport({ plugin }: BuiltKayak): { readonly transport: Transport; readonly traffic: Traffic } {
  // the plugin exports what makes one
  const { socketioTransport } = plugin('transport-socketio') as { readonly socketioTransport: () => Transport }
  const transport = socketioTransport()
  const traffic = { messages: 0, types: {} as Record<string, number> }
  const send = transport.send.bind(transport)
  transport.send = (to, message) => {
    traffic.messages++
    // what members send are messages, each with its type
    const { type } = message as { readonly type: string }
    traffic.types[type] = (traffic.types[type] ?? 0) + 1
    send(to, message)
  }
  return { transport, traffic }
}
