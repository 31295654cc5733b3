package io.persistentmap.conformance;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Guards {@link ConcurrentMapContract}: the JDK's own class must pass it. */
final class CommonsReferenceTest extends ConcurrentMapContract {
  @Override
  public ConcurrentMap<Object, Object> makeObject() {
    return new ConcurrentHashMap<>();
  }
}
