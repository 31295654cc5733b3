package io.persistentmap.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.testing.Helpers;
import com.google.common.collect.testing.testers.CollectionAddAllTester;
import com.google.common.collect.testing.testers.CollectionAddTester;
import com.google.common.collect.testing.testers.CollectionIteratorTester;
import io.persistentmap.testing.Directories;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import junit.framework.TestCase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.opentest4j.TestAbortedException;

/** Guards the contract of ConcurrentMap, by Guava's suite, in each configuration. */
@ExtendWith(Directories.Provider.class)
final class GuavaMapTest {
  private final List<MapFactory> factories = new ArrayList<>();

  @AfterEach
  void close() {
    factories.forEach(MapFactory::close);
  }

  @TestFactory
  Stream<DynamicNode> concurrentMap(Directories directories) {
    return Configuration.ALL.stream()
        .map(
            configuration ->
                DynamicContainer.dynamicContainer(
                    configuration.toString(), tests(configuration, directories)));
  }

  private Stream<DynamicTest> tests(Configuration configuration, Directories directories) {
    MapFactory factory;
    try {
      factory = new MapFactory(configuration, directories);
    } catch (TestAbortedException e) {
      return Stream.of(
          DynamicTest.dynamicTest(
              "all",
              () -> {
                throw e;
              }));
    }
    factories.add(factory);
    GuavaSuite suite =
        new GuavaSuite(
            configuration.toString(),
            factory::key,
            factory::value,
            factory::make,
            factory::release);
    Set<Method> left = new HashSet<>(suppressed());
    if (!configuration.isForIterators()) {
      left.addAll(iteratorTests());
    }
    return suite.tests(left).map(GuavaMapTest::dynamicTest);
  }

  private static DynamicTest dynamicTest(TestCase test) {
    String tester = test.getClass().getSimpleName();
    return DynamicTest.dynamicTest(tester + "." + test.getName(), test::runBare);
  }

  /**
   * They expect the entry set to refuse {@code add}. ConcurrentHashMap's puts the entry, and so
   * does ours; Guava has no feature that says so.
   */
  private static Set<Method> suppressed() {
    return Set.of(
        Helpers.getMethod(CollectionAddTester.class, "testAdd_unsupportedNotPresent"),
        Helpers.getMethod(CollectionAddAllTester.class, "testAddAll_unsupportedNonePresent"),
        Helpers.getMethod(CollectionAddAllTester.class, "testAddAll_unsupportedSomePresent"));
  }

  /** Each makes thousands of maps, to call their iterators' methods in any order. */
  private static Set<Method> iteratorTests() {
    return Set.of(
        Helpers.getMethod(
            CollectionIteratorTester.class, "testIterator_unknownOrderRemoveSupported"));
  }

  /** Guards that nothing is suppressed but what the JDK's own class fails, and nothing in vain. */
  @Test
  void suppressed_onConcurrentHashMap_theseFailAndNoOthers() throws Exception {
    GuavaSuite suite =
        new GuavaSuite(
            "ConcurrentHashMap",
            text -> text,
            text -> text,
            filling -> {
              ConcurrentHashMap<Object, Object> map = new ConcurrentHashMap<>();
              filling.accept(map);
              return map;
            },
            () -> {});
    Set<String> failed = new HashSet<>();
    for (TestCase test : suite.tests(List.of()).toList()) {
      if (fails(test)) {
        String method = test.getName().substring(0, test.getName().indexOf('['));
        failed.add(test.getClass().getSimpleName() + "." + method);
      }
    }
    assertThat(failed)
        .containsExactlyInAnyOrderElementsOf(
            suppressed().stream()
                .map(method -> method.getDeclaringClass().getSimpleName() + "." + method.getName())
                .toList());
  }

  private static boolean fails(TestCase test) {
    try {
      test.runBare();
      return false;
    } catch (Throwable e) {
      return true;
    }
  }
}
