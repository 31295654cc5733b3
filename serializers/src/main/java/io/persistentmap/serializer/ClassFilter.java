package io.persistentmap.serializer;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The user's classes of which objects may be written and read: one rule for both, so that nothing
 * is stored that the next process refuses.
 *
 * <p>Allowed are the classes named in the options, the types given to {@code open} and what they
 * declare, and the packages of the latter. Classes of the JDK have a list of their own.
 */
final class ClassFilter {
  private static final String NOT_ALLOWED = "it is not among the classes that this map may hold; ";
  private static final String WHERE = " where the map is built";

  private final Set<String> classes = new HashSet<>();
  private final Set<String> packages = new HashSet<>();
  private final Set<String> packageTrees;
  private final Set<Class<?>> declared;

  ClassFilter(CodecOptions options) {
    packageTrees = options.allowedPackages();
    options.allowed().forEach(type -> classes.add(ClassNames.element(type.getName())));
    options.aliases().values().forEach(type -> classes.add(type.getName()));
    options.serializers().keySet().forEach(type -> classes.add(type.getName()));
    declared = DeclaredTypes.of(options.declared());
    for (Class<?> type : declared) {
      classes.add(type.getName());
      packages.add(type.getPackageName());
    }
  }

  /** Returns the classes that the types given to {@code open} declare, and these types. */
  Set<Class<?>> declared() {
    return declared;
  }

  /** Returns whether the user allowed a class that is not of the JDK, and no array. */
  boolean allows(String name) {
    return classes.contains(name)
        || packages.contains(ClassNames.packageOf(name))
        || isInTree(ClassNames.packageOf(name));
  }

  private boolean isInTree(String packageName) {
    for (String tree : packageTrees) {
      if (packageName.equals(tree) || packageName.startsWith(tree + ".")) {
        return true;
      }
    }
    return false;
  }

  /** Returns what to tell somebody whose class is not allowed, and no more of it than its name. */
  static String advice(String name) {
    return NOT_ALLOWED + "add " + allow(name) + orAllowPackage(name) + WHERE;
  }

  /** Returns what to tell somebody whose class is not allowed. */
  static String advice(Class<?> type) {
    String copy = NameRules.isPublic(type) ? "" : copyOf(type);
    return copy.isEmpty()
        ? advice(type.getName())
        : NOT_ALLOWED
            + "it may be a view, or a map's own; store a copy, such as "
            + copy
            + ", or give the class a public name and allow it";
  }

  /** Nobody else can name the class of a view in a program. */
  private static String copyOf(Class<?> type) {
    if (Collection.class.isAssignableFrom(type)) {
      return "new ArrayList<>(...)";
    }
    if (Map.class.isAssignableFrom(type)) {
      return "new HashMap<>(...)";
    }
    return Map.Entry.class.isAssignableFrom(type) ? "Map.entry(...)" : "";
  }

  private static String allow(String name) {
    return ".allow(" + name.replace('$', '.') + ".class)";
  }

  private static String allowPackage(String name) {
    return ".allowPackage(\"" + ClassNames.packageOf(name) + "\")";
  }

  private static String orAllowPackage(String name) {
    return ClassNames.packageOf(name).isEmpty() ? "" : " or " + allowPackage(name);
  }
}
