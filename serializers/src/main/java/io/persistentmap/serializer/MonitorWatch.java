package io.persistentmap.serializer;

/**
 * Is told before a part of a value is read through locks: its own monitor (a {@code Vector}, a
 * {@code StringBuffer}), or others that the JDK has in it. The value itself is not announced.
 */
@FunctionalInterface
public interface MonitorWatch {
  /**
   * Called by the thread that writes, which then waits for as long as others have the lock.
   *
   * @param part what it is about to read
   * @throws NotEnteredException if it shall not: {@link Codec#write} passes that on
   */
  void beforeEntering(Object part);
}
