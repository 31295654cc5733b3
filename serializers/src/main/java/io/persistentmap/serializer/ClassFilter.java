package io.persistentmap.serializer;

import java.util.HashSet;
import java.util.Set;

/**
 * The user's classes of which objects may be written and read: one rule for both, so that nothing
 * is stored that the next process refuses.
 *
 * <p>Allowed are the classes named in the options, the types given to {@code open} and what they
 * declare, and the packages of the latter. Classes of the JDK have a list of their own.
 */
final class ClassFilter {
  private final Set<String> classes = new HashSet<>();
  private final Set<String> packages = new HashSet<>();
  private final Set<String> packageTrees;

  ClassFilter(CodecOptions options) {
    packageTrees = options.allowedPackages();
    options.allowed().forEach(type -> classes.add(ClassNames.element(type.getName())));
    options.aliases().values().forEach(type -> classes.add(type.getName()));
    options.serializers().keySet().forEach(type -> classes.add(type.getName()));
    for (Class<?> declared : DeclaredTypes.of(options.declared())) {
      classes.add(declared.getName());
      packages.add(declared.getPackageName());
    }
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

  /** Returns what to tell somebody whose class is not allowed. */
  static String advice(String name) {
    return "it is not among the classes that this map may hold; add .allow("
        + name.replace('$', '.')
        + ".class) or .allowPackage(\""
        + ClassNames.packageOf(name)
        + "\") where the map is built";
  }
}
