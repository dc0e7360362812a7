import { connect } from 'kayak/client'

globalThis.connect = connect
