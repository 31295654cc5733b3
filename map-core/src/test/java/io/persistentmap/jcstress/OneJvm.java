package io.persistentmap.jcstress;

import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.DiskWriteCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.runners.ForkedTestConfig;
import org.openjdk.jcstress.infra.runners.Runner;
import org.openjdk.jcstress.infra.runners.TestConfig;
import org.openjdk.jcstress.infra.runners.TestList;
import org.openjdk.jcstress.os.AffinityMode;
import org.openjdk.jcstress.os.NodeType;
import org.openjdk.jcstress.os.SchedulingClass;
import org.openjdk.jcstress.vm.CompileMode;

/**
 * Runs jcstress tests one after the other in this JVM, with the options and the result file of
 * jcstress's own {@code Main}. That starts some twenty JVMs to find out what they can do, and then
 * one or two for each test, which takes longer than the samples of the default test run.
 */
public final class OneJvm {
  private OneJvm() {}

  public static void main(String[] arguments) throws Exception {
    Options options = new Options(arguments);
    if (!options.parse()) {
      throw new IllegalArgumentException("options of jcstress: " + List.of(arguments));
    }
    Pattern wanted = Pattern.compile(options.getTestFilter());
    DiskWriteCollector results = new DiskWriteCollector(options.getResultFile());
    for (String test : new TreeSet<>(TestList.tests())) {
      if (wanted.matcher(test).find()) {
        results.add(run(options, TestList.getInfo(test)));
      }
    }
    results.close();
    System.exit(0); // maps that are open have threads
  }

  private static TestResult run(Options options, TestInfo test) throws Exception {
    SchedulingClass anywhere =
        new SchedulingClass(AffinityMode.NONE, test.threads(), NodeType.PACKAGE);
    TestConfig config = new TestConfig(options, test, 1, List.of(), CompileMode.UNIFIED, anywhere);
    Runner<?> runner =
        Class.forName(test.generatedRunner())
            .asSubclass(Runner.class)
            .getConstructor(ForkedTestConfig.class)
            .newInstance(new ForkedTestConfig(config));
    TestResult result = runner.run();
    if (runner.forceExit()) {
      throw new IllegalStateException(test.name() + ": its threads do not end");
    }
    result.setConfig(config);
    return result;
  }
}
