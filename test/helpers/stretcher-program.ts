/** What stretches one passphrase, as a program of its own. */
import '../../core/engine/stretcher-process.js'
