package io.persistentmap.bench.semantics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * A class that has one more field in the next process, as when a program is changed and started
 * again. It is compiled for each, since it can't be here twice.
 */
final class Customers {
  private static final String NAME = Customers.class.getPackageName() + ".Customer";

  private Customers() {}

  /** Returns the directory in which a process finds its class. */
  static Path directory(Path parent, Child.Task task) {
    return parent.resolve("classes-" + task);
  }

  static void compile(Path parent, Child.Task task) throws IOException {
    String added = task == Child.Task.REOPEN ? "public int orders = 0;" : "";
    String source =
        """
        package %s;

        public final class Customer implements java.io.Serializable {
          %s
          public String name = "Ada";

          @Override
          public String toString() {
            return name;
          }
        }
        """
            .formatted(Customers.class.getPackageName(), added);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw new IOException("A JDK is needed, and this is a JRE: " + Runtime.version());
    }
    Path directory = Files.createDirectories(directory(parent, task));
    Path file = Files.writeString(directory.resolve("Customer.java"), source);
    int status =
        compiler.run(null, null, null, "-proc:none", "-d", directory.toString(), file.toString());
    if (status != 0) {
      throw new IOException("javac can't compile " + file + ", status " + status);
    }
  }

  /** Returns a new object of the class as this process has it. */
  static Object create() throws ReflectiveOperationException {
    return Class.forName(NAME).getConstructor().newInstance();
  }
}
