"""Before, during and after a build: the plan, the versions, how they did on the validation questions."""
