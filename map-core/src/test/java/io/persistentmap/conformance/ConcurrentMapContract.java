package io.persistentmap.conformance;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.commons.collections4.map.AbstractMapTest;

/**
 * The tests of Commons Collections for a map that does what ConcurrentHashMap does. None of them is
 * left out; what is optional in Map is said by overriding.
 */
abstract class ConcurrentMapContract
    extends AbstractMapTest<ConcurrentMap<Object, Object>, Object, Object> {

  /** After each step, map and views are compared with this one's. */
  @Override
  public Map<Object, Object> makeConfirmedMap() {
    return new ConcurrentHashMap<>();
  }

  @Override
  public boolean isAllowNullKey() {
    return false;
  }

  @Override
  public boolean isAllowNullValue() {
    return false;
  }

  @Override
  public boolean isAllowNullValueGet() {
    return false;
  }

  /** Adding an entry to the set of entries puts it. */
  @Override
  public boolean isEntrySetAddSupported() {
    return true;
  }

  @Override
  public boolean isFailFastExpected() {
    return false;
  }

  @Override
  public boolean isTestSerialization() {
    return false;
  }
}
