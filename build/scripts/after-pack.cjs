/** Takes out what the runtime brings for development only. */
const { rm } = require('node:fs/promises')
const path = require('node:path')

exports.default = async ({ appOutDir, electronPlatformName, packager }) => {
  const resources =
    electronPlatformName === 'darwin'
      ? path.join(appOutDir, `${packager.appInfo.productFilename}.app/Contents/Resources`)
      : path.join(appOutDir, 'resources')
  await rm(path.join(resources, 'default_app.asar'), { force: true })
}
