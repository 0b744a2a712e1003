/** How amounts are written is part of the contract: the window and the command line read them alike. */
export { formatDecimal, parseAmount } from '../contract/index.js'
