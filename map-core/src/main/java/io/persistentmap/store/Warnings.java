package io.persistentmap.store;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the application's logger is told: only what no caller can be told by an exception. The
 * logger is looked up at the first warning, so that an application without one sees nothing at
 * start-up.
 */
final class Warnings {
  private Warnings() {}

  static void warn(String message, Throwable cause) {
    logger().warn(message, cause);
  }

  static void warn(String message) {
    logger().warn(message);
  }

  /** For the last words of a process: prints where the logger would say nothing. */
  static void warnOrPrint(String message, Throwable cause) {
    if (logger().isWarnEnabled()) {
      logger().warn(message, cause);
    } else {
      System.err.println(message);
    }
  }

  static Logger logger() {
    return LoggerFactory.getLogger("io.persistentmap");
  }
}
