export { sessionController } from "./controllers/session.controller.ts";
export { userController } from "./controllers/user.controller.ts";
