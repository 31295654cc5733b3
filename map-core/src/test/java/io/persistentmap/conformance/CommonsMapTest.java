package io.persistentmap.conformance;

import io.persistentmap.testing.Directories;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Guards the contract of Map, by the tests of Commons Collections, in each configuration. */
@ExtendWith(Directories.Provider.class)
@ParameterizedClass(name = "{0}")
@MethodSource("configurations")
final class CommonsMapTest extends ConcurrentMapContract {
  private final MapFactory factory;

  CommonsMapTest(Configuration configuration, Directories directories) {
    factory = new MapFactory(configuration, directories);
  }

  static List<Configuration> configurations() {
    return Configuration.ALL;
  }

  @AfterEach
  void close() {
    factory.close();
  }

  @Override
  public ConcurrentMap<Object, Object> makeObject() {
    return factory.make(map -> {});
  }

  @Override
  public ConcurrentMap<Object, Object> makeFullMap() {
    return factory.make(this::addSampleMappings);
  }

  @Override
  public Object[] getSampleKeys() {
    return keys(super.getSampleKeys());
  }

  @Override
  public Object[] getOtherKeys() {
    return keys(super.getOtherKeys());
  }

  private Object[] keys(Object[] texts) {
    return Arrays.stream(texts).map(text -> factory.key((String) text)).toArray();
  }

  @Override
  public Object[] getSampleValues() {
    return values(super.getSampleValues());
  }

  @Override
  public Object[] getNewSampleValues() {
    return values(super.getNewSampleValues());
  }

  @Override
  public Object[] getOtherValues() {
    return values(super.getOtherValues());
  }

  private Object[] values(Object[] texts) {
    return Arrays.stream(texts).map(text -> factory.value((String) text)).toArray();
  }
}
