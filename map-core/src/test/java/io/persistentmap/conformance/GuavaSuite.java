package io.persistentmap.conformance;

import com.google.common.collect.testing.ConcurrentMapTestSuiteBuilder;
import com.google.common.collect.testing.Helpers;
import com.google.common.collect.testing.SampleElements;
import com.google.common.collect.testing.TestMapGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.MapFeature;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import junit.framework.Test;
import junit.framework.TestCase;
import junit.framework.TestSuite;

/**
 * Guava's tests of ConcurrentMap, at all sizes.
 *
 * @param name its name
 * @param key makes a key that stands for a text
 * @param value makes a value that stands for a text
 * @param make makes a map, filled by what it is given
 * @param release called after each test
 */
record GuavaSuite(
    String name,
    Function<String, Object> key,
    Function<String, Object> value,
    Function<Consumer<ConcurrentMap<Object, Object>>, ConcurrentMap<Object, Object>> make,
    Runnable release) {

  /** Returns the tests, without those methods. */
  Stream<TestCase> tests(Collection<Method> suppressed) {
    return tests(
        ConcurrentMapTestSuiteBuilder.using(new Generator())
            .named(name)
            .withFeatures(
                MapFeature.GENERAL_PURPOSE,
                CollectionFeature.SUPPORTS_ITERATOR_REMOVE,
                CollectionSize.ANY)
            .suppressing(suppressed)
            .withTearDown(release)
            .createTestSuite());
  }

  private static Stream<TestCase> tests(Test test) {
    return test instanceof TestSuite suite
        ? Collections.list(suite.tests()).stream().flatMap(GuavaSuite::tests)
        : Stream.of((TestCase) test);
  }

  private final class Generator implements TestMapGenerator<Object, Object> {
    @Override
    public SampleElements<Map.Entry<Object, Object>> samples() {
      return new SampleElements<>(
          entry("one", "January"),
          entry("two", "February"),
          entry("three", "March"),
          entry("four", "April"),
          entry("five", "May"));
    }

    private Map.Entry<Object, Object> entry(String keyText, String valueText) {
      return Helpers.mapEntry(key.apply(keyText), value.apply(valueText));
    }

    @Override
    @SuppressWarnings("unchecked") // its entries are those of samples()
    public Map<Object, Object> create(Object... elements) {
      return make.apply(
          map -> {
            for (Object element : elements) {
              Map.Entry<Object, Object> entry = (Map.Entry<Object, Object>) element;
              map.put(entry.getKey(), entry.getValue());
            }
          });
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"}) // there are no generic arrays
    public Map.Entry<Object, Object>[] createArray(int length) {
      return new Map.Entry[length];
    }

    @Override
    public Object[] createKeyArray(int length) {
      return new Object[length];
    }

    @Override
    public Object[] createValueArray(int length) {
      return new Object[length];
    }

    @Override
    public Iterable<Map.Entry<Object, Object>> order(
        List<Map.Entry<Object, Object>> insertionOrder) {
      return insertionOrder;
    }
  }
}
